#include "train/freeze.hpp"

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "parallel/zeroed_array.hpp"

namespace hogwild {
namespace {

// Of a model, whose features have their plain numbers.
std::size_t weights_of(const FeatureSpace& plain, const TrainPlan& plan) {
  return std::size_t{plain.size} * plan.descent.outputs;
}

// The weights where ranked features have them, to where they are by plain numbers.
void scatter(std::span<const float> by_rank, const Ranking& ranking, Index outputs,
             std::span<float> plain) {
  for (std::size_t rank = 0; rank < ranking.features.size(); ++rank) {
    for (Index k = 0; k < outputs; ++k) {
      const float weight = by_rank[rank * outputs + k];
      if (weight != 0) plain[std::size_t{ranking.features[rank]} * outputs + k] = weight;
    }
  }
}

Model model_of(std::shared_ptr<const float[]> weights, std::vector<float> biases,
               const TrainPlan& plan, const FeatureSpace& features, Provenance provenance) {
  const AnyLoss& loss = plan.descent.loss;
  if (plan.classes) {
    return Model(features, std::move(weights), std::move(biases), loss, plan.classes,
                 std::move(provenance));
  }
  return Model(features, std::move(weights), biases[0], loss, plan.labels, std::move(provenance));
}

}  // namespace

Model freeze(const Descent& descent, Pace now, const TrainPlan& plan, const FeatureSpace& features,
             Provenance provenance) {
  const Index outputs = plan.descent.outputs;
  const Index biases_at = plan.descent.features * outputs;
  const FeatureSpace plain = features.plain();
  const auto weights = shared_zeroed_array<float>(weights_of(plain, plan));
  const std::span all(weights.get(), weights_of(plain, plan));
  if (features.ranking) {
    const ZeroedArray<float> by_rank(std::size_t{features.size} * outputs);
    const std::span ranked(by_rank.data(), by_rank.size());
    descent.copy_weights(ranked, now);
    scatter(ranked, *features.ranking, outputs, all);
  } else {
    descent.copy_weights(all, now);
  }
  std::vector<float> biases;
  for (Index k = 0; k < outputs; ++k) {
    biases.push_back(descent.weight(biases_at + k, now));
  }
  return model_of(weights, std::move(biases), plan, plain, std::move(provenance));
}

Model zero_model(const TrainPlan& plan, const FeatureSpace& features, Provenance provenance) {
  const FeatureSpace plain = features.plain();
  return model_of(shared_zeroed_array<float>(weights_of(plain, plan)),
                  std::vector<float>(plan.descent.outputs, 0.0f), plan, plain,
                  std::move(provenance));
}

}  // namespace hogwild
