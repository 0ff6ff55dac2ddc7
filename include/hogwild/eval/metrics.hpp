// How good predictions are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
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
