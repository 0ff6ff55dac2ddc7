#include "serve/served_model.hpp"

#include <utility>
#include <variant>

namespace hogwild {
namespace {

constexpr auto kRelaxed = std::memory_order_relaxed;

bool is_binary_loss(const AnyLoss& any) {
  return std::visit([](const auto& loss) { return loss.kBinary; }, any);
}

}  // namespace

ServedModel::ServedModel(Model model, const std::optional<LearnerOptions>& learning)
    : model_(std::move(model)) {
  if (!learning) return;
  learner_.emplace(model_, *learning);
  progressive_.emplace(model_.loss());
  model_ = Model();  // its weights would be held twice
}

ServedModel::ServedModel(std::shared_ptr<ParameterFile> parameters, const LearnerOptions& options)
    : learner_(std::in_place, parameters, options), parameters_(std::move(parameters)) {
  if (parameters_->writable()) progressive_.emplace(learner_->loss());
}

const FeatureSpace& ServedModel::features() const noexcept {
  return learner_ ? learner_->features() : model_.features();
}
const AnyLoss& ServedModel::loss() const noexcept {
  return learner_ ? learner_->loss() : model_.loss();
}
const LabelPair& ServedModel::labels() const noexcept {
  return learner_ ? learner_->labels() : model_.labels();
}
bool ServedModel::is_binary() const noexcept {
  return !classes() && is_binary_loss(loss());
}
bool ServedModel::gives_probability() const noexcept {
  return std::visit([](const auto& loss) { return loss.kProbability; }, loss());
}

float ServedModel::margin(const SparseRow& row) const noexcept {
  return learner_ ? learner_->margin(row) : model_.margin(row);
}

float ServedModel::label_of(float margin) const noexcept {
  if (!is_binary()) return margin;
  return margin > 0 ? labels().positive : labels().negative;
}

float ServedModel::probability_of(float margin) const noexcept {
  return std::visit([margin](const auto& loss) { return loss.prediction(margin); }, loss());
}

bool ServedModel::knows(float label) const noexcept {
  if (!is_binary()) return true;
  const LabelPair& pair = labels();
  if (label == pair.positive || label == pair.negative) return true;
  return pair.positive == 1 && (label == 0 || label == -1);
}

Lesson ServedModel::learn(const RowBatch& rows) {
  Lesson lesson;
  double weights = 0;
  const float middle = (labels().negative + labels().positive) / 2;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const SparseRow row = rows.row(i);
    const float sign = row.label > middle ? 1.0f : -1.0f;
    progressive_->note(learner_->margin(row), is_binary() ? sign : row.label, row.weight);
    const float loss = learner_->learn({&row, 1});
    if (row.weight == 0) continue;
    lesson.loss += static_cast<double>(loss) * static_cast<double>(row.weight);
    weights += static_cast<double>(row.weight);
  }
  lesson.rows = rows.rows();
  if (weights > 0) lesson.loss /= weights;
  learnt_.fetch_add(lesson.rows, kRelaxed);
  return lesson;
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
