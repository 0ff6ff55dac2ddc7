#include "hogwild/eval/metrics.hpp"

#include <tbb/parallel_sort.h>

#include <tuple>

namespace hogwild {

std::optional<double> RankedScores::auc() const {
  std::vector<Score> ascending = scores_;
  tbb::parallel_sort(ascending.begin(), ascending.end(),
                     [](const Score& a, const Score& b) {  // ties in one order, to round alike
                       return std::tie(a.score, a.weight) < std::tie(b.score, b.weight);
                     });
  double won = 0;  // weighted pairs in which the positive row scores higher
  double positives = 0, negatives = 0;
  for (std::size_t i = 0; i < ascending.size();) {
    double tied_positive = 0, tied_negative = 0;
    const float score = ascending[i].score;
    for (; i < ascending.size() && ascending[i].score == score; ++i) {
      (ascending[i].positive ? tied_positive : tied_negative) +=
          static_cast<double>(ascending[i].weight);
    }
    won += tied_positive * (negatives + tied_negative / 2);
    positives += tied_positive;
    negatives += tied_negative;
  }
  if (positives == 0 || negatives == 0) return std::nullopt;
  return won / (positives * negatives);
}

}  // namespace hogwild
