#include "train/joining.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "hogwild/core/error.hpp"
#include "train/found_epsilon.hpp"

namespace hogwild {

void take_over_from_file(TrainOptions& options) {
  if (options.parameters.empty() || access(options.parameters.c_str(), F_OK) != 0) return;
  const ParameterKind there = ParameterFile::open(options.parameters)->kind();
  if (options.resume) {
    throw OptionError(
        "resume",
        fmt::format(
            "{} already has weights; leave the option out, or give a new file to --parameters",
            options.parameters));
  }
  if (!options.learning_rate) options.learning_rate = there.learning_rate;
  float* const here = epsilon_of_sum(options.update_rule);
  const float* const found = epsilon_of_sum(there.update_rule);
  if (here != nullptr && found != nullptr && options.find_epsilon && *here == kEpsilonOfSum) {
    *here = *found;
  }
}

std::shared_ptr<ParameterFile> join_parameters(FeatureSpace features, const LabelPair& labels,
                                               std::vector<Index> hot, TrainOptions& options,
                                               bool rate_was_found) {
  const Index least = features.size;
  for (;;) {
    const bool there = access(options.parameters.c_str(), F_OK) == 0;
    if (there && rate_was_found) {  // by another process, while this one was looking for a rate
      options.learning_rate.reset();
      if (float* const epsilon = epsilon_of_sum(options.update_rule);
          epsilon != nullptr && options.find_epsilon) {
        *epsilon = kEpsilonOfSum;
      }
      take_over_from_file(options);
    }
    features.size = least;
    if (!there && features.hash_bits == 0) {
      features.size = std::max(least, options.parameter_features);
    }
    const bool numbered = std::uint64_t{features.size} + hot.size() <= kMaxIndex;
    const ParameterKind kind{
        .features = features,
        .loss = options.loss,
        .labels = labels,
        .update_rule = options.update_rule,
        .learning_rate = options.learning_rate.value_or(
            std::visit([](const auto& rule) { return rule.kDefaultRate; }, options.update_rule)),
        .bias = options.bias,
        .hot = numbered ? hot : std::vector<Index>()};
    try {
      return ParameterFile::join(options.parameters, kind);
    } catch (const OptionError&) {
      // If it has come to be since it was looked for, it may say what this one should be.
      if (there || access(options.parameters.c_str(), F_OK) != 0) throw;
    }
  }
}

}  // namespace hogwild
