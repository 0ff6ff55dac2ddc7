// Features that are in a fair part of the rows: threads that learn them at once get in each other's
// way.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "hogwild/core/array.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// What makes features hot, counted in a sample of the rows.
struct Hotness {
  static constexpr Index kMost = 4096;  ///< 32 KiB of adagrad's state: a core's first cache
  static constexpr Offset kRowsPerTouch = 2048;       ///< one in fewer rows is not hot
  static constexpr double kLeastShare = 0.25;         ///< of the non-zeros, or none is hot
  static constexpr Offset kSampleRows = 1 << 14;      ///< about
  static constexpr Offset kSampleNonzeros = 1 << 18;  ///< at most, about

  /// One row of so many is looked at.
  static Offset stride(const Dataset& data) noexcept {
    return std::max({Offset{1}, data.rows() / kSampleRows, data.nonzeros() / kSampleNonzeros});
  }
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

/// Which features of a data set are hot, and how all are numbered where those come first: the most
/// frequent is number 0, and any other feature j is number size() + j (see Ranking).
///
/// The numbers of hot features lie in a table with one place for each hash of a feature: of two
/// that want one place the more frequent is hot. To look a feature up takes one step, hot or not,
/// which is why the numbers can be looked up as text is read. Measured on click text: 0.9 ns a
/// non-zero.
class HotFeatures {
 public:
  /// None is hot where they don't make up enough. REQUIRES: the data is not ranked.
  explicit HotFeatures(const Dataset& data);

  /// Those that come first in such a ranking: made by first_in(), or of any features, of which two
  /// that want one place in the table can't both be hot; the first has it.
  explicit HotFeatures(std::span<const Index> features);

  /// How many: the numbers below are theirs.
  Index size() const noexcept { return size_; }

  /// The number of plain feature j.
  Index number(Index j) const noexcept {
    const Slot slot = slots_[place_of(j)];
    return slot.feature == j ? slot.number : j + size_;
  }

  /// Features become their numbers.
  void renumber(std::span<Index> features) const noexcept {
    const Slot* const slots = slots_.data();
    const Index size = size_;
    for (Index& j : features) {
      const Slot slot = slots[place_of(j)];
      j = slot.feature == j ? slot.number : j + size;
    }
  }

  /// [size()] the features themselves.
  std::vector<Index> features() const;

  /// The space in which hot features come first: as large as plain, or larger where that does not
  /// have all of them. REQUIRES: size() > 0.
  FeatureSpace first_in(const FeatureSpace& plain) const;

 private:
  struct Slot {
    Index feature = kNone;
    Index number = 0;
  };
  static constexpr Index kNone = ~Index{0};  // no feature has this number
  static constexpr int kSlotBits = 14;

  static std::size_t place_of(Index j) noexcept {
    return static_cast<std::uint32_t>(j * 0x9E3779B1u) >> (32 - kSlotBits);
  }
  bool add(Index j);

  Index size_ = 0;
  std::vector<Slot> slots_;  // [2^kSlotBits]
};

}  // namespace hogwild
