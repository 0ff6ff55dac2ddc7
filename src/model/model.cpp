#include "hogwild/model/model.hpp"

#include <utility>
#include <variant>

namespace hogwild {

Model::Model(FeatureSpace features, std::shared_ptr<const float[]> weights, float bias,
             AnyLoss loss, LabelPair labels, Provenance provenance)
    : features_(std::move(features)),
      weights_(std::move(weights)),
      bias_(bias),
      loss_(loss),
      labels_(labels),
      provenance_(std::move(provenance)) {}

float Model::margin(const SparseRow& row) const noexcept {
  double sum = static_cast<double>(bias_);  // in which no sum of products of floats overflows
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    if (row.indices[k] >= features_.size) continue;
    sum += static_cast<double>(row.value(k)) * static_cast<double>(weights_[row.indices[k]]);
  }
  return static_cast<float>(sum);
}

float Model::predict(const SparseRow& row) const noexcept {
  return std::visit([m = margin(row)](const auto& loss) { return loss.prediction(m); }, loss_);
}

float Model::label(const SparseRow& row) const noexcept {
  const float m = margin(row);
  if (!is_binary()) return m;
  return m > 0 ? labels_.positive : labels_.negative;
}

bool Model::is_binary() const noexcept {
  return std::visit([](const auto& loss) { return loss.kBinary; }, loss_);
}

bool Model::gives_probability() const noexcept {
  return std::visit([](const auto& loss) { return loss.kProbability; }, loss_);
}

}  // namespace hogwild
