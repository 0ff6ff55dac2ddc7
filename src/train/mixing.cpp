#include "train/mixing.hpp"

namespace hogwild {

double change_of_labels(const Dataset& data) {
  constexpr Offset kStretches = 64;
  const Offset each = data.rows() / kStretches;
  if (each < 2) return 0;
  const auto label = [&](Offset i) { return static_cast<double>(data.labels()[i]); };
  double sum = 0;
  for (Offset i = 0; i < kStretches * each; ++i) sum += label(i);
  const double mean = sum / static_cast<double>(kStretches * each);
  double between = 0, within = 0;
  for (Offset stretch = 0; stretch < kStretches; ++stretch) {
    double own = 0;
    for (Offset i = stretch * each; i < (stretch + 1) * each; ++i) own += label(i);
    own /= static_cast<double>(each);
    between += (own - mean) * (own - mean);
    for (Offset i = stretch * each; i < (stretch + 1) * each; ++i) {
      within += (label(i) - own) * (label(i) - own);
    }
  }
  const auto n = static_cast<double>(each);
  const double mean_between = n * between / (kStretches - 1);
  const double mean_within = within / (static_cast<double>(kStretches) * (n - 1));
  const double all = mean_between + (n - 1) * mean_within;
  return all > 0 ? (mean_between - mean_within) / all : 0;
}
}  // namespace hogwild
