#include "train/joining.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "hogwild/core/error.hpp"

namespace hogwild {

void take_over_from_file(TrainOptions& options) {
  if (options.parameters.empty() || access(options.parameters.c_str(), F_OK) != 0) return;
  const ParameterKind there = ParameterFile::open(options.parameters)->kind();
  if (options.resume) {
    throw OptionError("resume", fmt::format("{} has weights already; leave the option out, or name "
                                            "a new file with --parameters",
                                            options.parameters));
  }
  if (!options.learning_rate) options.learning_rate = there.learning_rate;
  auto* const here = std::get_if<Adagrad>(&options.update_rule);
  const auto* const found = std::get_if<Adagrad>(&there.update_rule);
  if (here != nullptr && found != nullptr && options.find_epsilon &&
      here->epsilon == Adagrad{}.epsilon) {
    here->epsilon = found->epsilon;
  }
}

std::shared_ptr<ParameterFile> join_parameters(FeatureSpace features, const LabelPair& labels,
                                               const TrainOptions& options) {
  const bool there = access(options.parameters.c_str(), F_OK) == 0;
  if (!there && features.hash_bits == 0) {
    features.size = std::max(features.size, options.parameter_features);
  }
  const ParameterKind kind{
      .features = std::move(features),
      .loss = options.loss,
      .labels = labels,
      .update_rule = options.update_rule,
      .learning_rate = options.learning_rate.value_or(
          std::visit([](const auto& rule) { return rule.kDefaultRate; }, options.update_rule)),
      .bias = options.bias};
  return ParameterFile::join(options.parameters, kind);
}

}  // namespace hogwild
