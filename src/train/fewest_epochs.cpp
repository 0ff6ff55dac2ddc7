#include "train/fewest_epochs.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace hogwild {
namespace {

// Counted from 1.
int best_epoch_of(const ValidationCurve& curve) {
  return 1 + static_cast<int>(std::ranges::min_element(curve) - curve.begin());
}

double loss_at(const ValidationCurve& curve, int epoch) {
  const int last = static_cast<int>(curve.size()), best = best_epoch_of(curve);
  if (epoch <= last) return curve[static_cast<std::size_t>(epoch) - 1];
  if (best == last) return curve.back();
  return curve.back() + (curve.back() - curve[static_cast<std::size_t>(best) - 1]) / (last - best) *
                            (epoch - last);
}

// Whether the losses at one epoch are as good as at another, to their differences' standard error.
bool as_good(std::span<const ValidationCurve> curves, int epoch, int other) {
  const auto count = static_cast<double>(curves.size());
  double sum = 0, squares = 0;
  for (const ValidationCurve& curve : curves) {
    const double difference = loss_at(curve, epoch) - loss_at(curve, other);
    sum += difference;
    squares += difference * difference;
  }
  if (curves.size() < 2) return sum <= 0;
  const double mean = sum / count;
  const double variance = std::max(0.0, squares / count - mean * mean);
  return mean <= std::sqrt(variance / (count - 1));
}

}  // namespace

int fewest_good_epochs(std::span<const ValidationCurve> curves) {
  if (curves.empty() || std::ranges::any_of(curves, &ValidationCurve::empty)) return 0;
  double logarithms = 0;
  for (const ValidationCurve& curve : curves) logarithms += std::log(best_epoch_of(curve));
  const int best =
      static_cast<int>(std::lround(std::exp(logarithms / static_cast<double>(curves.size()))));
  int epoch = 1;
  while (epoch < best && !as_good(curves, epoch, best)) ++epoch;
  return epoch;
}

}  // namespace hogwild
