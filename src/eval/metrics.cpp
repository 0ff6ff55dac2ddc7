#include "hogwild/eval/metrics.hpp"

#include <tbb/parallel_sort.h>

#include <bit>

namespace hogwild {
namespace {

constexpr std::uint32_t kSign = 0x8000'0000u;

// The bits of a float as a number that grows with it, 0 and -0 being the same.
std::uint32_t ascending_bits(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value + 0.0f);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

std::uint64_t score_of(std::uint64_t row) noexcept {
  return row >> 32;
}

bool is_positive(std::uint64_t row) noexcept {
  return (row & kSign) != 0;
}

double weight_of(std::uint64_t row) noexcept {
  return static_cast<double>(std::bit_cast<float>(static_cast<std::uint32_t>(row) & ~kSign));
}

}  // namespace

// The score above; below it the weight, whose sign is free to tell the class.
void RankedScores::add(float score, bool positive, float weight) {
  const auto weight_bits = std::bit_cast<std::uint32_t>(weight) & ~kSign;
  scores_.push_back(std::uint64_t{ascending_bits(score)} << 32 | (positive ? kSign : 0) |
                    weight_bits);
}

std::optional<double> RankedScores::auc() && {
  std::vector<std::uint64_t>& ascending = scores_;
  // Ties are in one order too, so that their weights add up to the same bits.
  tbb::parallel_sort(ascending.begin(), ascending.end());
  double won = 0;  // weighted pairs in which the positive row scores higher
  double positives = 0, negatives = 0;
  for (std::size_t i = 0; i < ascending.size();) {
    double tied_positive = 0, tied_negative = 0;
    const std::uint64_t score = score_of(ascending[i]);
    for (; i < ascending.size() && score_of(ascending[i]) == score; ++i) {
      (is_positive(ascending[i]) ? tied_positive : tied_negative) += weight_of(ascending[i]);
    }
    won += tied_positive * (negatives + tied_negative / 2);
    positives += tied_positive;
    negatives += tied_negative;
  }
  if (positives == 0 || negatives == 0) return std::nullopt;
  return won / (positives * negatives);
}

}  // namespace hogwild
