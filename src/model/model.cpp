#include "hogwild/model/model.hpp"

#include <algorithm>
#include <limits>
#include <utility>
#include <variant>

namespace hogwild {

Model::Model(FeatureSpace features, std::shared_ptr<const float[]> weights, float bias,
             AnyLoss loss, LabelPair labels, Provenance provenance, ClassNames label_names)
    : features_(std::move(features)),
      weights_(std::move(weights)),
      biases_{bias},
      loss_(loss),
      labels_(labels),
      names_(std::move(label_names)),
      provenance_(std::move(provenance)) {}

Model::Model(FeatureSpace features, std::shared_ptr<const float[]> weights,
             std::vector<float> biases, AnyLoss loss, ClassNames classes, Provenance provenance)
    : features_(std::move(features)),
      weights_(std::move(weights)),
      biases_(std::move(biases)),
      loss_(loss),
      names_(std::move(classes)),
      provenance_(std::move(provenance)) {}

namespace {

// The nearest finite float: the loss of an infinite margin is not a number.
float narrowed(double margin) noexcept {
  constexpr double kMost = std::numeric_limits<float>::max();
  return static_cast<float>(std::clamp(margin, -kMost, kMost));
}

}  // namespace

// In double, in which no sum of products of floats overflows.
double Model::margin_of(std::size_t output, const SparseRow& row) const noexcept {
  // GCC 12 leaves in the loop what does not change in it: `hogwild predict` took a sixth longer.
  const float* const weights = weights_.get() + output;
  const std::size_t stride = outputs();
  const Index size = features_.size;
  const bool ones = row.values.empty();
  double sum = static_cast<double>(biases_[output]);
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    const Index j = row.indices[k];
    if (j >= size) continue;
    const auto w = static_cast<double>(weights[j * stride]);
    sum += ones ? w : static_cast<double>(row.values[k]) * w;
  }
  return sum;
}

void Model::margins(const SparseRow& row, std::span<float> out) const noexcept {
  for (std::size_t k = 0; k < out.size(); ++k) out[k] = narrowed(margin_of(k, row));
}

void Model::probabilities(const SparseRow& row, std::span<float> out) const noexcept {
  margins(row, out);
  const Softmax softmax;
  if (!std::holds_alternative<Softmax>(loss_)) {
    // Each class's own log probability: shares of their exponentials, none of which overflows.
    for (float& p : out) p = -softmax.Logistic::value(p, 1.0f);
  }
  softmax.probabilities(std::span<const float>(out), out);
}

std::size_t Model::likeliest_class(const SparseRow& row) const noexcept {
  std::size_t best = 0;
  double highest = margin_of(0, row);
  for (std::size_t k = 1; k < outputs(); ++k) {
    if (const double margin = margin_of(k, row); margin > highest) {
      best = k;
      highest = margin;
    }
  }
  return best;
}

float Model::margin(const SparseRow& row) const noexcept {
  return narrowed(margin_of(0, row));
}

float Model::predict(const SparseRow& row) const noexcept {
  return std::visit([m = margin(row)](const auto& loss) { return loss.prediction(m); }, loss_);
}

float Model::label(const SparseRow& row) const noexcept {
  const float m = margin(row);
  if (!is_binary()) return m;
  return m > 0 ? labels_.positive : labels_.negative;
}

std::string Model::name_of_label(float label) const {
  return names_ ? (*names_)[static_cast<std::size_t>(label)] : class_name(label);
}

bool Model::is_binary() const noexcept {
  return outputs() == 1 && std::visit([](const auto& loss) { return loss.kBinary; }, loss_);
}

bool Model::gives_probability() const noexcept {
  return std::visit([](const auto& loss) { return loss.kProbability; }, loss_);
}

}  // namespace hogwild
