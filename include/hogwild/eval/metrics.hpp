// How good predictions are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "hogwild/eval/score_curves.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// The figures of one evaluation. Means are weighted by the rows' weights. What has no meaning for
/// the model's loss is absent.
struct Metrics {
  std::uint64_t rows = 0;          ///< that were scored
  double loss = 0;                 ///< mean of the model's own loss
  std::optional<double> log_loss;  ///< mean of -log of the probability given to the row's label, in
                                   ///< nats, of a model with probabilities
  std::optional<double> auc;       ///< area under the ROC curve; absent if a class is missing
  std::optional<double> accuracy;  ///< share of rows whose predicted label is right
  std::optional<double> base_rate;      ///< share of positive rows
  std::optional<double> base_accuracy;  ///< accuracy of always saying the commoner label
  std::optional<double> base_log_loss;  ///< log loss of always saying the base rate
  std::optional<double> calibration;    ///< mean predicted probability / base rate; 1 is calibrated
  std::optional<std::size_t> classes;   ///< how many, of a model of several
  std::optional<double> rmse;           ///< root mean squared error, for labels that are numbers
  std::optional<ScoreCurves> curves{};  ///< of a binary model
};

/// A metric as reports and JSON list it.
struct Metric {
  std::string_view name;                  ///< in JSON
  std::string_view title;                 ///< in tables; empty: not in tables
  std::optional<double> Metrics::*value;  ///< the member that it is
  std::string_view note{};                ///< a remark behind the value, or on the baseline
  std::optional<double> Metrics::*baseline = nullptr;  ///< the metric of a constant prediction
  std::string_view format = "{:.5f}";                  ///< of the value in tables
};

/// The metrics, in the order of tables. A new one is a member of Metrics, its computation and a
/// row.
inline constexpr Metric kMetrics[]{
    {"log_loss", "log loss", &Metrics::log_loss, "base rate alone", &Metrics::base_log_loss},
    {"auc", "auc", &Metrics::auc},
    {"accuracy", "accuracy", &Metrics::accuracy, "commoner label alone", &Metrics::base_accuracy},
    {"base_rate", "base rate", &Metrics::base_rate},
    {"base_accuracy", "", &Metrics::base_accuracy},
    {"base_log_loss", "", &Metrics::base_log_loss},
    {.name = "calibration",
     .title = "calibration",
     .value = &Metrics::calibration,
     .note = "mean probability / base rate",
     .format = "{:.4f}"},
    {.name = "rmse", .title = "rmse", .value = &Metrics::rmse, .format = "{:.6g}"}};

/// Scores of binary rows, gathered in parts and merged: part by part and all at once give the same
/// figures. A row takes 8 bytes. Not thread-safe.
class RankedScores {
 public:
  /// score orders rows from negative to positive. REQUIRES: score is not NaN, weight >= 0.
  void add(float score, bool positive, float weight);
  /// Adds the scores of another.
  void merge(const RankedScores& other) {
    scores_.insert(scores_.end(), other.scores_.begin(), other.scores_.end());
  }

  /// Area under the ROC curve: the probability that a positive row scores above a negative one,
  /// equal scores counting half. Nothing if a class has no weight. O(n log n).
  /// Source: Hanley and McNeil, Radiology 1982.
  std::optional<double> auc() const& { return RankedScores(*this).curves().auc; }

  /// That and all the rest, in the memory of the scores, which are gone then. O(n log n).
  /// probability: of the positive label by its score, which it rises with; none: scores are
  /// margins.
  ScoreCurves curves(const std::function<double(float)>& probability = {}) &&;

 private:
  std::vector<std::uint64_t> scores_;  // as numbers whose order is that of (score, class, weight)
};

}  // namespace hogwild
