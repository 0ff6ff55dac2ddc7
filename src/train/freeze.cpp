#include "train/freeze.hpp"

#include <cmath>
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
  descent.each_weight(std::size_t{features.size} * outputs, now,
                      [&](Index first, std::span<const float> some) {
                        Index j = first / outputs, output = first % outputs;
                        for (const float weight : some) {
                          const std::size_t at = std::size_t{features.plain(j)} * outputs + output;
                          if (weight != 0) weights[static_cast<std::ptrdiff_t>(at)] = weight;
                          if (++output == outputs) ++j, output = 0;
                        }
                      });
  std::vector<float> biases;
  for (Index k = 0; k < outputs; ++k) {
    biases.push_back(descent.weight(biases_at + k, now));
  }
  return model_of(weights, std::move(biases), plan, plain, std::move(provenance));
}

bool is_finite(const Descent& descent, Pace now, const TrainPlan& plan,
               const FeatureSpace& features) {
  const Index outputs = plan.descent.outputs;
  bool finite = true;
  descent.each_weight(std::size_t{features.size} * outputs, now,
                      [&](Index, std::span<const float> some) {
                        for (const float weight : some) finite = finite && std::isfinite(weight);
                      });
  for (Index k = 0; k < outputs; ++k) {
    finite = finite && std::isfinite(descent.weight(plan.descent.features * outputs + k, now));
  }
  return finite;
}

Model zero_model(const TrainPlan& plan, const FeatureSpace& features, Provenance provenance) {
  const FeatureSpace plain = features.plain();
  return model_of(shared_zeroed_array<float>(weights_of(plain, plan)),
                  std::vector<float>(plan.descent.outputs, 0.0f), plan, plain,
                  std::move(provenance));
}

}  // namespace hogwild
