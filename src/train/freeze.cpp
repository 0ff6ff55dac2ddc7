#include "train/freeze.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "parallel/zeroed_array.hpp"

namespace hogwild {
namespace {

// Those of the features that there are; a descent may have room for more.
std::size_t weights_of(const FeatureSpace& features, const TrainPlan& plan) {
  return std::size_t{features.size} * plan.descent.outputs;
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
  const std::size_t size = weights_of(features, plan);
  const Index biases_at = plan.descent.features * plan.descent.outputs;
  const auto weights = shared_zeroed_array<float>(size);
  descent.copy_weights({weights.get(), size}, now);
  std::vector<float> biases;
  for (Index k = 0; k < plan.descent.outputs; ++k) {
    biases.push_back(descent.weight(biases_at + k, now));
  }
  return model_of(weights, std::move(biases), plan, features, std::move(provenance));
}

Model zero_model(const TrainPlan& plan, const FeatureSpace& features, Provenance provenance) {
  return model_of(shared_zeroed_array<float>(weights_of(features, plan)),
                  std::vector<float>(plan.descent.outputs, 0.0f), plan, features,
                  std::move(provenance));
}

}  // namespace hogwild
