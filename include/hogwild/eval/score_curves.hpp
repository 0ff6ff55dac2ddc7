// How a binary model's scores fall: what a threshold would bring, and how true probabilities are.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace [[gnu::visibility("default")]] hogwild {

/// A vertex of the ROC curve.
struct RocVertex {
  double false_positive_rate = 0;  ///< share of the negative rows that are called positive
  double recall = 0;               ///< share of the positive rows that are
};

/// What calling rows positive from a score on comes to.
struct Threshold {
  double score = 0;      ///< a probability where the model gives one, else a margin
  double precision = 0;  ///< share of positive rows among those called so
  double recall = 0;     ///< share of the positive rows that are called so
};

/// Rows of neighbouring scores.
struct ReliabilityBin {
  std::uint64_t rows = 0;  ///< in it
  double predicted = 0;    ///< mean probability
  double positive = 0;     ///< share of positive rows
};

/// An interval of scores.
struct ScoreBin {
  double from = 0;      ///< lowest score
  double to = 0;        ///< highest score
  double negative = 0;  ///< share of the negative rows whose scores are in it
  double positive = 0;  ///< share of the positive rows
};

/// Curves of a few hundred points, whatever the number of rows. Shares and means are weighted by
/// the rows' weights.
struct ScoreCurves {
  bool are_probabilities = false;  ///< else scores are margins

  /// From (0, 0) to (1, 1). Every other vertex is put where it keeps the area under the curve,
  /// which is the AUC, as it is with all rows' scores. Empty if a class is missing.
  std::vector<RocVertex> roc;
  std::optional<double> auc;  ///< absent if a class is missing

  std::vector<Threshold> thresholds;        ///< by falling score; empty if a class is missing
  std::optional<double> average_precision;  ///< over all thresholds; absent if a class is missing

  /// About as many rows in each, equal scores together; rising. Empty for margins. Source: DeGroot
  /// and Fienberg, The Statistician 1983; Niculescu-Mizil and Caruana, ICML 2005.
  std::vector<ReliabilityBin> reliability;

  std::vector<ScoreBin> histogram;  ///< of equal width: probabilities over [0, 1], margins over
                                    ///< what there is; empty without rows
};

}  // namespace hogwild
