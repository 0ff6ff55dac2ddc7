// The sums of a batch's gradients, by coordinate.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "parallel/cores.hpp"

namespace hogwild {

/// The first kOwn coordinates, which are the frequent ones where features are ranked, have a slot
/// each; the others share a small hash table. An array over all coordinates would cost a cache miss
/// for each non-zero, and these stay in the L2 cache. Thread safety: none.
///
/// Invariants:
///  1. A slot has no sum if and only if its number is kNoSum, which is -0: if no number is -0, no
///     sum of them is. So one load tells whether a slot is free, and adds to it.
///  2. own_ and hashed_ list the slots that have a sum, in order of first touch. They are two lists
///     so that a loop over one of them has no branch that the processor must guess.
///  3. A slot without a sum counts 0 rows.
class alignas(kCacheLinePair) GradientSums {
  // Slots that have a sum.
  struct Slots {
    std::vector<std::uint32_t> numbers;  // longer than size
    std::size_t size = 0;
  };

 public:
  struct Sum {
    double gradient = 0;
    std::uint32_t rows = 0;  ///< that touch the coordinate, if rows are counted
  };

  /// The sums of coordinates of one kind: kOwns, with a slot of their own, or the others.
  template <bool kOwns>
  class Part {
   public:
    explicit Part(GradientSums& all) : all_(all), slots_(kOwns ? all.own_ : all.hashed_) {}

    std::size_t size() const noexcept { return slots_.size; }
    Index coordinate(std::size_t k) const noexcept {
      const std::uint32_t slot = slots_.numbers[k];
      return kOwns ? slot : all_.coordinates_[slot - kOwn];
    }
    /// The k-th sum; makes its slot free. All must be taken before another is added.
    template <bool kCounts>
    Sum take(std::size_t k) noexcept {
      const std::uint32_t slot = slots_.numbers[k];
      return {std::exchange(all_.gradients_[slot], kNoSum),
              kCounts ? std::exchange(all_.rows_[slot], 0) : 0};
    }
    /// All have been taken.
    void end() noexcept { slots_.size = 0; }

   private:
    GradientSums& all_;
    Slots& slots_;
  };

  static constexpr Index kOwn = 16384;

  /// Room for the sums of so many coordinates, and for counts of rows. REQUIRES: there are no sums.
  /// Throws std::bad_alloc.
  void reserve(std::size_t coordinates, bool counts_rows) {
    if (2 * coordinates > coordinates_.size()) {
      const std::size_t hashed = std::bit_ceil(std::max<std::size_t>(64, 2 * coordinates));
      own_.numbers.resize(std::size_t{kOwn} + 1);
      hashed_.numbers.resize(hashed);
      gradients_.assign(kOwn + hashed, kNoSum);
      coordinates_.resize(hashed);  // last: reserve() goes by its size
      shift_ = 64 - std::countr_zero(hashed);
    }
    if (counts_rows) rows_.resize(gradients_.size());
  }

  /// Adds the gradients of a row: gradient(k) at its k-th coordinate. kCounts: whether to count the
  /// row. Fastest if the row's coordinates ascend. REQUIRES: there is room.
  template <bool kCounts, class GradientOf>
  [[gnu::always_inline]] void add_row(std::span<const Index> coordinates,
                                      const GradientOf& gradient) noexcept {
    std::size_t k = 0;
    std::size_t size = own_.size;  // in a register
    for (; k < coordinates.size() && coordinates[k] < kOwn; ++k) {
      size += add_at<kCounts>(coordinates[k], gradient(k), own_.numbers[size]);
    }
    own_.size = std::exchange(size, hashed_.size);
    for (; k < coordinates.size(); ++k) {
      const Index coordinate = coordinates[k];
      if (coordinate >= kOwn) [[likely]] {
        size += add_at<kCounts>(hashed_slot(coordinate), gradient(k), hashed_.numbers[size]);
      } else {  // the row is in no order
        own_.size += add_at<kCounts>(coordinate, gradient(k), own_.numbers[own_.size]);
      }
    }
    hashed_.size = size;
  }

  Part<true> own() noexcept { return Part<true>(*this); }
  Part<false> hashed() noexcept { return Part<false>(*this); }

 private:
  static constexpr double kNoSum = -0.0;

  static bool is_free(double sum) noexcept {
    return std::bit_cast<std::uint64_t>(sum) == std::bit_cast<std::uint64_t>(kNoSum);
  }

  // Writes the slot to the end of its list, and returns whether it is to stay there. No branch on a
  // first touch, which the processor predicts badly: on click rows in batches of 64 an epoch takes
  // 0.93 of the time.
  template <bool kCounts>
  [[gnu::always_inline]] bool add_at(std::size_t slot, double gradient,
                                     std::uint32_t& listed) noexcept {
    double& sum = gradients_[slot];
    const bool is_first = is_free(sum);
    listed = static_cast<std::uint32_t>(slot);
    sum += gradient + 0.0;  // -0 becomes 0
    if constexpr (kCounts) ++rows_[slot];
    return is_first;
  }

  // Source of the factor: Knuth, The Art of Computer Programming 3, section 6.4.
  [[gnu::always_inline]] std::size_t hashed_slot(Index coordinate) noexcept {
    auto at = static_cast<std::size_t>(coordinate * 0x9E3779B97F4A7C15u >> shift_);
    while (coordinates_[at] != coordinate && !is_free(gradients_[kOwn + at])) [[unlikely]] {
        at = (at + 1) & (coordinates_.size() - 1);
      }
    coordinates_[at] = coordinate;
    return kOwn + at;
  }

  std::vector<double> gradients_;    // kOwn, then open addressing, at most half full
  std::vector<std::uint32_t> rows_;  // the same, or none if rows have never been counted
  std::vector<Index> coordinates_;   // of the slots behind kOwn; a power of two
  Slots own_, hashed_;
  int shift_ = 0;
};

}  // namespace hogwild
