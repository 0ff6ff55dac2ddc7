// The rules that are compared, as they come along.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "hogwild/lab/compare.hpp"

namespace hogwild::cli {

/// A line for each rule: what matters least stands at its end.
class ContenderTable {
 public:
  ContenderTable(const std::vector<AnyUpdateRule>& rules, int epochs);

  void begin(const AnyUpdateRule& rule);      ///< its run begins, or begins anew
  void rate(const RateSearch& search);        ///< was found for the run
  void epoch(const EpochReport& report);      ///< of the run
  void end(const lab::Contender& contender);  ///< the run is over

  /// A head, and the rules in their order, the one ahead so far being marked. blocks: whether the
  /// terminal shows block characters, without which there are no spark lines.
  std::vector<std::string> lines(bool blocks) const;

 private:
  struct Line {
    std::string rule;
    bool begun = false;
    std::optional<float> rate{};
    std::vector<double> losses{};  // of validation, by epoch
    std::string ended{};           // why, if it was not at the last epoch

    double best() const;
  };

  Line& of(const AnyUpdateRule& rule);

  int epochs_;
  std::vector<Line> lines_;
  std::size_t running_ = 0;
};

}  // namespace hogwild::cli
