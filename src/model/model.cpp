#include "hogwild/model/model.hpp"

#include <utility>
#include <variant>

#include "parallel/zeroed_array.hpp"

namespace hogwild {

Model::Model(FeatureSpace features, const std::function<float(Index)>& weight, float bias,
             AnyLoss loss, LabelPair labels, Provenance provenance)
    : features_(std::move(features)),
      bias_(bias),
      loss_(loss),
      labels_(labels),
      provenance_(std::move(provenance)) {
  auto weights = std::make_shared<ZeroedArray<float>>(features_.size);
  for (Index j = 0; j < features_.size; ++j) {
    // Writing a zero would give its page memory, which a sparsely used feature space can't afford.
    if (const float w = weight(j); w != 0) (*weights)[j] = w;
  }
  weights_ = std::shared_ptr<const float[]>(weights, weights->data());
}

float Model::margin(const SparseRow& row) const noexcept {
  float sum = bias_;
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    if (row.indices[k] < features_.size) sum += row.value(k) * weights_[row.indices[k]];
  }
  return sum;
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
