// Models made by hand.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "hogwild/core/random.hpp"
#include "hogwild/model/model.hpp"

namespace hogwild::test {

/// A model whose weights are a function of the feature's number.
template <class WeightOf>
Model model_of(FeatureSpace features, const WeightOf& weight, float bias = 0,
               AnyLoss loss = Logistic{}, LabelPair labels = {}, Provenance provenance = {}) {
  const std::shared_ptr<float[]> weights(new float[features.size]);
  for (Index j = 0; j < features.size; ++j) {
    weights[static_cast<std::ptrdiff_t>(j)] = weight(j);
  }
  return Model(std::move(features), weights, bias, loss, labels, std::move(provenance));
}

/// A model of normal weights, the same each time.
inline Model random_model(Index features, AnyLoss loss = Logistic{}) {
  return model_of(
      {.size = features}, [](Index j) { return static_cast<float>(Random(77, j).normal()); }, 0.1f,
      loss);
}

// Every weight as a model keeps it.
inline std::vector<float> weights_of(const Model& model) {
  std::vector<float> weights(model.weights().begin(), model.weights().end());
  weights.push_back(model.bias());
  return weights;
}

}  // namespace hogwild::test
