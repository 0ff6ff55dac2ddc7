#include "hogwild/eval/evaluate.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>
#include <variant>

#include "hogwild/core/error.hpp"

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
  if (!(sums.weight > 0)) {
    throw DataError(data.source().name(), "no row has a weight above 0",
                    "give some rows an importance");
  }
  return sums;
}

double entropy(double p) {
  const auto term = [](double q) { return q > 0 ? -q * std::log(q) : 0.0; };
  return term(p) + term(1 - p);
}

void require_comparable(const Model& model, const Dataset& data) {
  if (model.is_binary()) {
    require_labels(data, model.labels());
  } else {
    require_labelled(data);
  }
}

}  // namespace

Metrics evaluate(const Model& model, const Dataset& data) {
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

double mean_loss(const Model& model, const Dataset& data) {
  require_comparable(model, data);
  const Sums sums = sum_rows(model, data, nullptr);
  return sums.loss / sums.weight;
}

}  // namespace hogwild
