#include "hogwild/eval/evaluate.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <functional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/data/ranking.hpp"
#include "objective/switched_loss.hpp"

namespace hogwild {
namespace {

// What one range of rows adds up to.
struct Sums {
  double weight = 0;
  double loss = 0;
  double squared_error = 0;
  double positive = 0;
  double predicted = 0;  // of probabilities
  double right = 0;

  Sums operator+(const Sums& other) const noexcept {
    return {
        weight + other.weight,     loss + other.loss,           squared_error + other.squared_error,
        positive + other.positive, predicted + other.predicted, right + other.right};
  }
};

void require_weight(double weight, const Dataset& data) {
  if (weight > 0) return;
  throw DataError(data.source().name(), "no row has a weight above 0",
                  "give some rows an importance");
}

// Scores may be null; each row writes its own.
Sums sum_rows(const Model& model, const Dataset& data, RankedScores* scores) {
  const bool binary = model.is_binary();
  const auto sum_range = [&](const tbb::blocked_range<Offset>& range, Sums sums) {
    for (Offset i = range.begin(); i != range.end(); ++i) {
      const SparseRow row = data.row(i);
      const float margin = model.margin(row);
      const float label = binary ? model.labels().sign(row.label) : row.label;
      const auto weight = static_cast<double>(row.weight);
      const auto [loss, prediction] = std::visit(
          [&](const auto& l) {
            return std::pair(l.value(static_cast<double>(margin), static_cast<double>(label)),
                             static_cast<double>(l.prediction(margin)));
          },
          model.loss());
      sums.weight += weight;
      sums.loss += weight * loss;
      const double error = static_cast<double>(margin) - static_cast<double>(label);
      sums.squared_error += weight * error * error;
      if (!binary) continue;
      const bool positive = label > 0;
      sums.positive += positive ? weight : 0;
      sums.predicted += weight * prediction;
      sums.right += (margin > 0) == positive ? weight : 0;
      if (scores != nullptr) scores->set(i, margin, positive, row.weight);
    }
    return sums;
  };
  // Deterministic: ranges are split and joined alike whatever the number of threads.
  const Sums sums = tbb::parallel_deterministic_reduce(
      tbb::blocked_range<Offset>(0, data.rows(), 4096), Sums{}, sum_range, std::plus<>{});
  require_weight(sums.weight, data);
  return sums;
}

double entropy(double p) {
  const auto term = [](double q) { return q > 0 ? -q * std::log(q) : 0.0; };
  return term(p) + term(1 - p);
}

// Of a model of several classes.
struct ClassSums {
  double weight = 0;
  double loss = 0;
  double log_loss = 0;
  double right = 0;
  std::vector<double> of_class;  // weights of the rows, by class

  ClassSums operator+(const ClassSums& other) const {
    ClassSums sum = *this;
    sum.weight += other.weight;
    sum.loss += other.loss;
    sum.log_loss += other.log_loss;
    sum.right += other.right;
    sum.of_class.resize(std::max(of_class.size(), other.of_class.size()));
    for (std::size_t k = 0; k < other.of_class.size(); ++k) sum.of_class[k] += other.of_class[k];
    return sum;
  }
};

ClassSums sum_classes(const Model& model, const Dataset& data) {
  const Array<float> labels = class_numbers(data, model.classes());
  const SwitchedLoss loss(model.loss());
  const bool softmax = std::holds_alternative<Softmax>(model.loss());
  const auto sum_range = [&](const tbb::blocked_range<Offset>& range, ClassSums sums) {
    std::vector<float> margins(model.outputs()), p(model.outputs());
    std::vector<double> wide(model.outputs());
    sums.of_class.resize(model.outputs());
    for (Offset i = range.begin(); i != range.end(); ++i) {
      const SparseRow row = data.row(i);
      const auto weight = static_cast<double>(row.weight);
      const auto c = static_cast<std::size_t>(labels[i]);
      model.margins(row, margins);
      std::ranges::copy(margins, wide.begin());
      sums.weight += weight;
      sums.of_class[c] += weight;
      sums.loss += weight * loss.value(std::span<const double>(wide), static_cast<double>(c));
      const auto likeliest = std::ranges::max_element(margins) - margins.begin();
      sums.right += likeliest == static_cast<std::ptrdiff_t>(c) ? weight : 0;
      if (!model.gives_probability() || softmax) continue;
      model.probabilities(row, p);
      constexpr double kLeast = 1e-38;  // a float's
      sums.log_loss -= weight * std::log(std::max(static_cast<double>(p[c]), kLeast));
    }
    return sums;
  };
  ClassSums sums = tbb::parallel_deterministic_reduce(
      tbb::blocked_range<Offset>(0, data.rows(), 4096), ClassSums{}, sum_range, std::plus<>{});
  require_weight(sums.weight, data);
  return sums;
}

Metrics evaluate_classes(const Model& model, const Dataset& data) {
  const ClassSums sums = sum_classes(model, data);
  Metrics metrics;
  metrics.rows = data.rows();
  metrics.loss = sums.loss / sums.weight;
  metrics.classes = model.outputs();
  metrics.accuracy = sums.right / sums.weight;
  metrics.base_accuracy = std::ranges::max(sums.of_class) / sums.weight;
  if (model.gives_probability()) {
    const bool softmax = std::holds_alternative<Softmax>(model.loss());
    metrics.log_loss = (softmax ? sums.loss : sums.log_loss) / sums.weight;
    double base = 0;
    for (const double weight : sums.of_class) {
      if (weight > 0) base -= weight / sums.weight * std::log(weight / sums.weight);
    }
    metrics.base_log_loss = base;
  }
  return metrics;
}

void require_comparable(const Model& model, const Dataset& data) {
  if (model.is_binary()) {
    require_labels(data, model.labels());
  } else {
    require_labelled(data);
  }
}

}  // namespace

Metrics evaluate(const Model& model, const Dataset& rows) {
  const Dataset data = unranked(rows);
  if (model.outputs() > 1) return evaluate_classes(model, data);
  require_comparable(model, data);
  RankedScores scores(model.is_binary() ? data.rows() : 0);
  const Sums sums = sum_rows(model, data, &scores);
  Metrics metrics;
  metrics.rows = data.rows();
  metrics.loss = sums.loss / sums.weight;
  if (!model.is_binary()) {
    metrics.rmse = std::sqrt(sums.squared_error / sums.weight);
    return metrics;
  }
  const double base = sums.positive / sums.weight;
  metrics.auc = scores.auc();
  metrics.accuracy = sums.right / sums.weight;
  metrics.base_rate = base;
  metrics.base_accuracy = std::max(base, 1 - base);
  if (model.gives_probability()) {
    metrics.log_loss = metrics.loss;
    metrics.base_log_loss = entropy(base);
    if (base > 0) metrics.calibration = sums.predicted / sums.positive;
  }
  return metrics;
}

double mean_loss(const Model& model, const Dataset& rows) {
  const Dataset data = unranked(rows);
  if (model.outputs() > 1) {
    const ClassSums sums = sum_classes(model, data);
    return sums.loss / sums.weight;
  }
  require_comparable(model, data);
  const Sums sums = sum_rows(model, data, nullptr);
  return sums.loss / sums.weight;
}

}  // namespace hogwild
