// How good predictions have been of late, for a program that learns from what it has predicted.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>

#include "hogwild/objective/loss.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// What progressive validation has found. Means are weighted by the rows' weights.
struct ProgressiveMetrics {
  std::uint64_t rows = 0;             ///< noted, in all
  double loss = 0;                    ///< mean loss over all of them; 0 without any
  std::size_t window = 0;             ///< rows that the rest is of, the last ones
  double window_loss = 0;             ///< mean loss over them
  std::optional<double> auc;          ///< of a binary loss; absent if a class is missing
  std::optional<double> calibration;  ///< mean predicted probability / share of positive rows
};

/// Each row is first predicted and then learnt, so that every row of a stream is one that the model
/// did not know (Blum, Kalai, Langford, COLT 1999): note() goes between the two.
///
///  1. note() may be called from any threads at once; it takes no lock and allocates nothing.
///  2. metrics() too, while others note; it takes O(window log window) and memory of the window.
///  3. A row that is being noted meanwhile is in all of the figures, in some, or in none.
class ProgressiveValidation {
 public:
  /// window: rows to remember, 8 bytes each, rounded up to a power of two. Throws OptionError for
  /// 0, or a loss without a margin of its own (softmax).
  explicit ProgressiveValidation(const AnyLoss& loss, std::size_t window = 1u << 16);
  ~ProgressiveValidation();
  /// The other one is left empty.
  ProgressiveValidation(ProgressiveValidation&&) noexcept;
  /// The other one is left empty.
  ProgressiveValidation& operator=(ProgressiveValidation&&) noexcept;

  /// A row's margin before it is learnt, its label (of a binary loss above 0 for positive) and its
  /// weight. REQUIRES: finite numbers, weight >= 0.
  void note(float margin, float label, float weight = 1) noexcept;

  ProgressiveMetrics metrics() const;  ///< so far

 private:
  struct Sums;

  AnyLoss loss_;
  bool binary_ = false;
  std::size_t mask_ = 0;
  std::unique_ptr<std::atomic<std::uint64_t>[]> rows_;  // [window] a ring: margin, label and weight
  std::unique_ptr<Sums> sums_;
};

}  // namespace hogwild
