// Features that are in a fair part of the rows: threads that learn them at once get in each other's
// way.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "hogwild/core/array.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// What makes features hot, counted in a sample of the rows.
struct Hotness {
  static constexpr Index kMost = 4096;          ///< 32 KiB of adagrad's state: a core's first cache
  static constexpr Offset kRowsPerTouch = 2048;  ///< one in fewer rows is not hot
  static constexpr double kLeastShare = 0.25;   ///< of the non-zeros, or none is hot
  static constexpr Offset kSampleRows = 1 << 14;  ///< about
};

/// Numbers of features, ascending whatever the order they were added in: sorting some tens of small
/// numbers takes a step or two for each.
class RankSet {
 public:
  void add(std::size_t rank) noexcept {
    words_[rank / 64] |= std::uint64_t{1} << rank % 64;
    used_ |= std::uint64_t{1} << rank / 64;
  }

  /// Takes all out, calling use(rank).
  template <class Use>
  void drain(const Use& use) noexcept {
    for (; used_ != 0; used_ &= used_ - 1) {
      const auto word = static_cast<std::size_t>(std::countr_zero(used_));
      for (std::uint64_t left = words_[word]; left != 0; left &= left - 1) {
        use(64 * word + static_cast<std::size_t>(std::countr_zero(left)));
      }
      words_[word] = 0;
    }
  }

 private:
  static_assert(Hotness::kMost == 64 * 64);
  std::array<std::uint64_t, 64> words_{};
  std::uint64_t used_ = 0;  // words that hold any
};

/// Which features of a data set are hot, and how all are numbered where those come first, the most
/// frequent before all, and the others after them in their plain order.
class HotFeatures {
 public:
  /// None is hot where they don't make up enough. REQUIRES: the data is not ranked.
  explicit HotFeatures(const Dataset& data);

  /// How many: the numbers below are theirs.
  Index size() const noexcept { return size_; }

  /// The number of plain feature j. REQUIRES: size() > 0.
  Index number(Index j) const noexcept { return numbers_[j]; }

  /// [features] the plain number of each number.
  Array<Index> plain() const;

 private:
  Index size_ = 0;
  Array<Index> numbers_;  // [features]
};

}  // namespace hogwild
