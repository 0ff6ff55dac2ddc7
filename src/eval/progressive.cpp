#include "hogwild/eval/progressive.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <thread>
#include <utility>
#include <variant>

#include "hogwild/core/error.hpp"
#include "hogwild/eval/metrics.hpp"
#include "parallel/cores.hpp"

namespace hogwild {
namespace {

constexpr std::uint64_t kNothing = ~std::uint64_t{0};  // in the ring; no row has such a weight
constexpr std::size_t kStripes = 16;                   // of sums, so that threads rarely meet
constexpr auto kRelaxed = std::memory_order_relaxed;

// Two finite numbers as one word.
std::uint64_t packed(float high, float low) noexcept {
  return std::uint64_t{std::bit_cast<std::uint32_t>(high)} << 32 |
         std::bit_cast<std::uint32_t>(low);
}

float high(std::uint64_t word) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(word >> 32));
}

float low(std::uint64_t word) noexcept {
  return std::bit_cast<float>(static_cast<std::uint32_t>(word));
}

std::size_t stripe_of_this_thread() noexcept {
  return std::hash<std::thread::id>{}(std::this_thread::get_id()) % kStripes;
}

double loss_of(const AnyLoss& any, float margin, float label) noexcept {
  const auto m = static_cast<double>(margin), y = static_cast<double>(label);
  return std::visit([&](const auto& loss) { return loss.value(m, y); }, any);
}

}  // namespace

struct ProgressiveValidation::Sums {
  struct alignas(kCacheLinePair) Stripe {
    std::atomic<double> loss{0};
    std::atomic<double> weight{0};
  };
  std::array<Stripe, kStripes> stripes;
  alignas(kCacheLinePair) std::atomic<std::uint64_t> rows{0};
};

ProgressiveValidation::ProgressiveValidation(const AnyLoss& loss, std::size_t window)
    : loss_(loss),
      binary_(std::visit([](const auto& l) { return l.kBinary; }, loss)),
      sums_(std::make_unique<Sums>()) {
  if (std::holds_alternative<Softmax>(loss)) {
    throw OptionError("loss", "progressive validation does not support softmax");
  }
  constexpr std::size_t kMost = std::size_t{1} << 40;
  if (window == 0 || window > kMost) {
    throw OptionError("window", "it is not between 1 and 2^40 rows");
  }
  const std::size_t size = std::bit_ceil(window);
  mask_ = size - 1;
  rows_ = std::make_unique<std::atomic<std::uint64_t>[]>(size);
  for (std::size_t i = 0; i < size; ++i) rows_[i].store(kNothing, kRelaxed);
}

ProgressiveValidation::~ProgressiveValidation() = default;
ProgressiveValidation::ProgressiveValidation(ProgressiveValidation&&) noexcept = default;
ProgressiveValidation& ProgressiveValidation::operator=(ProgressiveValidation&&) noexcept = default;

// The word of a binary row is its margin, and its weight with the sign of its class; else its loss
// and weight.
void ProgressiveValidation::note(float margin, float label, float weight) noexcept {
  const float target = binary_ ? (label > 0 ? 1.0f : -1.0f) : label;
  const double loss = loss_of(loss_, margin, target);
  Sums::Stripe& stripe = sums_->stripes[stripe_of_this_thread()];
  stripe.loss.fetch_add(static_cast<double>(weight) * loss, kRelaxed);
  stripe.weight.fetch_add(static_cast<double>(weight), kRelaxed);
  const std::uint64_t number = sums_->rows.fetch_add(1, kRelaxed);
  const std::uint64_t word = binary_ ? packed(margin, std::copysign(weight, target))
                                     : packed(static_cast<float>(loss), weight);
  rows_[number & mask_].store(word, kRelaxed);
}

ProgressiveMetrics ProgressiveValidation::metrics() const {
  ProgressiveMetrics found;
  double loss = 0, weight = 0;
  for (const Sums::Stripe& stripe : sums_->stripes) {
    loss += stripe.loss.load(kRelaxed);
    weight += stripe.weight.load(kRelaxed);
  }
  found.rows = sums_->rows.load(kRelaxed);
  found.loss = weight > 0 ? loss / weight : 0;

  RankedScores scores;
  double window_loss = 0, window_weight = 0, positive = 0, predicted = 0;
  for (std::size_t i = 0; i <= mask_; ++i) {
    const std::uint64_t word = rows_[i].load(kRelaxed);
    if (word == kNothing) continue;
    ++found.window;
    const auto of_row = static_cast<double>(std::abs(low(word)));
    window_weight += of_row;
    if (!binary_) {
      window_loss += of_row * static_cast<double>(high(word));
      continue;
    }
    const bool is_positive = !std::signbit(low(word));
    window_loss += of_row * loss_of(loss_, high(word), is_positive ? 1.0f : -1.0f);
    positive += is_positive ? of_row : 0;
    const float told = std::visit([&](const auto& l) { return l.prediction(high(word)); }, loss_);
    predicted += of_row * static_cast<double>(told);
    scores.add(high(word), is_positive, std::abs(low(word)));
  }
  found.window_loss = window_weight > 0 ? window_loss / window_weight : 0;
  if (!binary_) return found;
  found.auc = std::move(scores).curves().auc;
  const bool are_probabilities = std::visit([](const auto& l) { return l.kProbability; }, loss_);
  if (are_probabilities && positive > 0) found.calibration = predicted / positive;
  return found;
}

}  // namespace hogwild
