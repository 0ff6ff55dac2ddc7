// The sums of a batch's gradients, by coordinate.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "parallel/cores.hpp"

namespace hogwild {

/// The first kOwn coordinates, which are the frequent ones where features are ranked, have a slot
/// each; the others share a small hash table. An array over all coordinates would cost a cache miss
/// for each non-zero, and these stay in the L2 cache. Thread safety: none.
class alignas(kCacheLinePair) GradientSums {
 public:
  struct Sum {
    double gradient = 0;
    Index coordinate = kNone;
    std::uint32_t rows = 0;  ///< that touch it
  };

  static constexpr Index kOwn = 16384;

  /// Room for the sums of so many coordinates. REQUIRES: there are none. Throws std::bad_alloc.
  void reserve(std::size_t coordinates) {
    if (2 * coordinates <= hashed()) return;
    const std::size_t hashed = std::bit_ceil(std::max<std::size_t>(64, 2 * coordinates));
    used_.resize(hashed);
    slots_.assign(kOwn + hashed, Sum());
    shift_ = 64 - std::countr_zero(hashed);
  }

  /// Adds the gradient of a row. REQUIRES: there is room; coordinate < kOwn.
  [[gnu::always_inline]] void add_to_own(Index coordinate, double gradient) noexcept {
    add_at(coordinate, coordinate, slots_[coordinate].coordinate, gradient);
  }

  /// The same of any coordinate.
  [[gnu::always_inline]] void add(Index coordinate, double gradient) noexcept {
    if (coordinate < kOwn) return add_to_own(coordinate, gradient);
    // Source of the factor: Knuth, The Art of Computer Programming 3, section 6.4.
    auto at = static_cast<std::size_t>(coordinate * 0x9E3779B97F4A7C15u >> shift_);
    Index held = slots_[kOwn + at].coordinate;
    while (held != coordinate && held != kNone) [[unlikely]] {
        at = (at + 1) & (hashed() - 1);
        held = slots_[kOwn + at].coordinate;
      }
    add_at(kOwn + at, coordinate, held, gradient);
  }

  std::size_t size() const noexcept { return size_; }

  /// The k-th sum, in order of first touch. REQUIRES: k < size().
  const Sum& operator[](std::size_t k) const noexcept { return slots_[used_[k]]; }

  /// The same, and makes its slot free. All must be taken before another is added.
  Sum take(std::size_t k) noexcept { return std::exchange(slots_[used_[k]], Sum()); }

  /// All have been taken.
  void end() noexcept { size_ = 0; }

 private:
  static constexpr Index kNone = 0xFFFFFFFFu;  // more than any coordinate

  std::size_t hashed() const noexcept { return slots_.empty() ? 0 : slots_.size() - kOwn; }

  // No branch on a first touch, which the processor predicts badly: on click rows in batches of 64
  // an epoch takes 0.93 of the time.
  [[gnu::always_inline]] void add_at(std::size_t at, Index coordinate, Index held,
                                     double gradient) noexcept {
    slots_[at].coordinate = coordinate;
    used_[size_] = static_cast<std::uint32_t>(at);
    size_ += held == kNone;
    slots_[at].gradient += gradient;
    ++slots_[at].rows;
  }

  std::vector<Sum> slots_;  // kOwn, then open addressing, at most half full, a power of two
  std::vector<std::uint32_t> used_;  // of the slots; longer than size_
  std::size_t size_ = 0;
  int shift_ = 0;
};

}  // namespace hogwild
