// The values of the options of a run, as the command line, the C interface and a rank set them.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/train/options.hpp"
#include "options/distributed_options.hpp"

namespace hogwild {

/// Options that only a Learner has.
struct TeachingOptions {
  Index features = 0;
  float positive_weight = 1;
  float negative_weight = 1;
};

struct Settings {
  TrainOptions train{};
  FileOptions files{};
  DistributedOptions ranks{};
  TeachingOptions teaching{};
  std::optional<Distribution> distribution{};  ///< absent: one process

  // Numbers of the rule and of the schedule, which may be chosen after them: see train_options().
  std::map<std::string, float, std::less<>> rule_numbers{};
  std::optional<double> decay{};
  std::vector<std::pair<double, double>> steps{};

  std::set<std::string, std::less<>> given{};  ///< names of options that were set()

  bool is_given(std::string_view name) const { return given.contains(name); }

  /// Sets an option of the table by its name. Throws OptionError for an unknown name, a text that
  /// is no such value, and a value out of range.
  void set(std::string_view name, std::string_view text);

  /// The value of an option as set() takes it; "" if it has none.
  std::string text(std::string_view name) const;
};

/// The options of training with the numbers of rule and schedule in their place. Throws OptionError
/// for a number that the rule or the schedule does not have; of the rule only if strict.
TrainOptions train_options(const Settings& settings, bool strict = true);

}  // namespace hogwild
