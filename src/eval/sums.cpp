#include "eval/sums.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <variant>

#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

void require_weight(double weight, const std::string& name) {
  if (weight > 0) return;
  throw DataError(name, "all rows have weight 0", "give some rows a weight above 0");
}

double entropy(double p) {
  const auto term = [](double q) { return q > 0 ? -q * std::log(q) : 0.0; };
  return term(p) + term(1 - p);
}

}  // namespace

void MarginSums::add(const SparseRow& row) {
  const float margin = model_->margin(row);
  const float label = binary_ ? model_->labels().sign(row.label) : row.label;
  const auto weight = static_cast<double>(row.weight);
  const auto [loss, prediction] = std::visit(
      [&](const auto& l) {
        return std::pair(l.value(static_cast<double>(margin), static_cast<double>(label)),
                         static_cast<double>(l.prediction(margin)));
      },
      model_->loss());
  ++rows_;
  weight_ += weight;
  loss_ += weight * loss;
  const double error = static_cast<double>(margin) - static_cast<double>(label);
  squared_error_ += weight * error * error;
  if (!binary_) return;
  const bool positive = label > 0;
  positive_ += positive ? weight : 0;
  predicted_ += weight * prediction;
  right_ += (margin > 0) == positive ? weight : 0;
  if (keeps_scores_) scores_.add(margin, positive, row.weight);
}

void MarginSums::merge(const MarginSums& other) {
  rows_ += other.rows_;
  weight_ += other.weight_;
  loss_ += other.loss_;
  squared_error_ += other.squared_error_;
  positive_ += other.positive_;
  predicted_ += other.predicted_;
  right_ += other.right_;
  scores_.merge(other.scores_);
}

double MarginSums::mean_loss(const std::string& name) const {
  require_weight(weight_, name);
  return loss_ / weight_;
}

Metrics MarginSums::metrics(const std::string& name) && {
  Metrics metrics;
  metrics.rows = rows_;
  metrics.loss = mean_loss(name);
  if (!binary_) {
    metrics.rmse = std::sqrt(squared_error_ / weight_);
    return metrics;
  }
  const double base = positive_ / weight_;
  std::function<double(float)> probability;
  if (model_->gives_probability()) {
    probability = [this](float margin) {
      return std::visit([&](const auto& l) { return static_cast<double>(l.prediction(margin)); },
                        model_->loss());
    };
  }
  metrics.curves = std::move(scores_).curves(probability);
  metrics.auc = metrics.curves->auc;
  metrics.accuracy = right_ / weight_;
  metrics.base_rate = base;
  metrics.base_accuracy = std::max(base, 1 - base);
  if (model_->gives_probability()) {
    metrics.log_loss = metrics.loss;
    metrics.base_log_loss = entropy(base);
    if (base > 0) metrics.calibration = predicted_ / positive_;
  }
  return metrics;
}

ClassSums::ClassSums(const Model& model)
    : model_(&model),
      switched_loss_(model.loss()),
      softmax_(std::holds_alternative<Softmax>(model.loss())),
      of_class_(model.outputs()),
      margins_(model.outputs()),
      probabilities_(model.outputs()),
      wide_(model.outputs()) {}

void ClassSums::add(const SparseRow& row) {
  const auto weight = static_cast<double>(row.weight);
  const auto c = static_cast<std::size_t>(row.label);
  model_->margins(row, margins_);
  std::ranges::copy(margins_, wide_.begin());
  ++rows_;
  weight_ += weight;
  of_class_[c] += weight;
  loss_ +=
      weight * switched_loss_.value(std::span<const double>(wide_), static_cast<double>(row.label));
  const auto likeliest = std::ranges::max_element(margins_) - margins_.begin();
  right_ += likeliest == static_cast<std::ptrdiff_t>(c) ? weight : 0;
  if (!model_->gives_probability() || softmax_) return;
  model_->probabilities(row, probabilities_);
  constexpr double kLeast = 1e-38;  // a float's
  log_loss_ -= weight * std::log(std::max(static_cast<double>(probabilities_[c]), kLeast));
}

void ClassSums::merge(const ClassSums& other) {
  rows_ += other.rows_;
  weight_ += other.weight_;
  loss_ += other.loss_;
  log_loss_ += other.log_loss_;
  right_ += other.right_;
  for (std::size_t k = 0; k < of_class_.size(); ++k) of_class_[k] += other.of_class_[k];
}

double ClassSums::mean_loss(const std::string& name) const {
  require_weight(weight_, name);
  return loss_ / weight_;
}

Metrics ClassSums::metrics(const std::string& name) && {
  Metrics metrics;
  metrics.rows = rows_;
  metrics.loss = mean_loss(name);
  metrics.classes = model_->outputs();
  metrics.accuracy = right_ / weight_;
  metrics.base_accuracy = std::ranges::max(of_class_) / weight_;
  if (model_->gives_probability()) {
    metrics.log_loss = softmax_ ? metrics.loss : log_loss_ / weight_;
    double base = 0;
    for (const double weight : of_class_) {
      if (weight > 0) base -= weight / weight_ * std::log(weight / weight_);
    }
    metrics.base_log_loss = base;
  }
  return metrics;
}

}  // namespace hogwild
