#include "serve/served_model.hpp"

#include <utility>

namespace hogwild {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

// What a model or a learner is but for its weights, which would be held twice.
template <class Weighted>
Model without_weights(const Weighted& of) {
  return Model(of.features(), nullptr, 0.0f, of.loss(), of.labels(), {});
}

}  // namespace

ServedModel::ServedModel(Model model, const std::optional<LearnerOptions>& learning)
    : model_(std::move(model)) {
  if (!learning) return;
  learner_.emplace(model_, *learning);
  progressive_.emplace(model_.loss());
  model_ = without_weights(*learner_);  // whose features may be more
}

ServedModel::ServedModel(std::shared_ptr<ParameterFile> parameters, const LearnerOptions& options)
    : learner_(std::in_place, parameters, options), parameters_(std::move(parameters)) {
  model_ = without_weights(*learner_);
  if (parameters_->writable()) progressive_.emplace(learner_->loss());
}

float ServedModel::margin(const SparseRow& row) const noexcept {
  return learner_ ? learner_->margin(row) : model_.margin(row);
}

bool ServedModel::knows(float label) const noexcept {
  if (!is_binary()) return true;
  const LabelPair& pair = labels();
  if (label == pair.positive || label == pair.negative) return true;
  return pair.positive == 1 && (label == 0 || label == -1);
}

double ServedModel::learn(const RowBatch& rows) {
  double losses = 0, weights = 0;
  const float middle = (labels().negative + labels().positive) / 2;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const SparseRow row = rows.row(i);
    const float sign = row.label > middle ? 1.0f : -1.0f;
    progressive_->note(learner_->margin(row), is_binary() ? sign : row.label, row.weight);
    const float loss = learner_->learn({&row, 1});
    if (row.weight == 0) continue;
    losses += static_cast<double>(loss) * static_cast<double>(row.weight);
    weights += static_cast<double>(row.weight);
  }
  learnt_.fetch_add(rows.rows(), kRelaxed);
  return weights > 0 ? losses / weights : 0;
}

std::optional<ProgressiveMetrics> ServedModel::progressive() const {
  if (!progressive_) return std::nullopt;
  return progressive_->metrics();
}

Model ServedModel::snapshot() const {
  return learner_ ? learner_->snapshot() : model_;
}

void ServedModel::beat() noexcept {
  if (!parameters_ || !parameters_->writable()) return;
  const std::uint64_t now = learnt();
  parameters_->beat(now - told_.exchange(now, kRelaxed));
}

}  // namespace hogwild
