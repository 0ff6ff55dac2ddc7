// What a RowStream reads from.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/text/input.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/row_stream.hpp"

namespace hogwild {

struct RowStream::Text {
  Text(const std::vector<std::string>& named, ReadOptions given);

  FeatureSpace features() const;

  /// The text from its beginning. REQUIRES: can_repeat, or it is the first call.
  Input open();

  std::vector<std::string> paths;
  ReadOptions asked;           ///< as the user gave them
  ReadOptions options;         ///< with features numbered as in the text, and the format decided if
                               ///< there is a sample
  std::optional<Input> input;  ///< begun, where it can't be repeated
  std::optional<Dataset> sample;
  Source source;  ///< what reading has found
  bool is_all_seen = false;
  bool can_repeat = false;
  std::uint64_t bytes_of_text = 0;

 private:
  void take_sample();
};

}  // namespace hogwild
