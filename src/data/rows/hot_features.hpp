// Frequent features: threads that step their weights at the same time wait for each other's cache
// lines.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "data/rows/hot_table.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// What makes features hot, counted in a sample of the rows.
struct Hotness {
  // 16384 states of adagrad take 128 KiB, which fits in a core's L2 cache. Measured on ranked text,
  // two threads, million non-zeros a second, with 4096 and with 16384: sgd 500 and 620, rmsprop 290
  // and 340, adagrad 505 and 545, adam 83 and 91. On click rows both have the same speed; two
  // teachers of a Learner, on cores far from each other, are 1.14 times as fast with 16384.
  static constexpr Index kMost = HotTable::kMost;
  static constexpr Offset kRowsPerTouch = 8192;       ///< in fewer than 1 of 8192 rows: not hot
  static constexpr double kLeastShare = 0.25;         ///< fewer hot non-zeros: no feature is hot
  static constexpr Offset kSampleRows = 1 << 14;      ///< about
  static constexpr Offset kSampleNonzeros = 1 << 18;  ///< at most, about

  /// The sample has every stride-th row of the data.
  static Offset stride(const Dataset& data) noexcept {
    return std::max({Offset{1}, data.rows() / kSampleRows, data.nonzeros() / kSampleNonzeros});
  }
};

/// A set of feature numbers below Hotness::kMost; drain() gives them in ascending order. This sorts
/// some tens of small numbers in one or two operations for each.
class RankSet {
 public:
  void add(std::size_t rank) noexcept {
    words_[rank / 64] |= std::uint64_t{1} << rank % 64;
    used_[rank / 4096] |= std::uint64_t{1} << rank / 64 % 64;
  }

  /// Takes all out, calling use(rank).
  template <class Use>
  void drain(const Use& use) noexcept {
    for (std::size_t part = 0; part < used_.size(); ++part) {
      for (std::uint64_t used = std::exchange(used_[part], 0); used != 0; used &= used - 1) {
        const auto word = 64 * part + static_cast<std::size_t>(std::countr_zero(used));
        for (std::uint64_t left = std::exchange(words_[word], 0); left != 0; left &= left - 1) {
          use(64 * word + static_cast<std::size_t>(std::countr_zero(left)));
        }
      }
    }
  }

 private:
  static_assert(Hotness::kMost % 4096 == 0);
  std::array<std::uint64_t, Hotness::kMost / 64> words_{};
  std::array<std::uint64_t, Hotness::kMost / 4096> used_{};  // words that hold any
};

/// The hot features of a data set, and the numbers of all features if hot ones come first: the most
/// frequent feature has number 0, and a feature j that is not hot has number size() + j (see
/// Ranking). If two frequent features have the same place in the table of numbers, only the more
/// frequent one is hot.
class HotFeatures : public HotTable {
 public:
  /// Finds the hot features of the data. If they have less than kLeastShare of the non-zeros, no
  /// feature is hot. REQUIRES: the data is not ranked.
  explicit HotFeatures(const Dataset& data);

  /// Makes the given features hot: those of a ranking made by first_in(), or any. If two of them
  /// have the same place in the table, only the first is hot.
  explicit HotFeatures(std::span<const Index> features);

  /// [size()] the features themselves.
  const std::vector<Index>& features() const noexcept { return features_; }

  /// The space in which hot features come first. It has the features of `plain`, and is extended if
  /// a hot feature is not in `plain`. REQUIRES: size() > 0.
  FeatureSpace first_in(const FeatureSpace& plain) const;

 private:
  bool add(Index j);

  std::vector<Index> features_;
};

}  // namespace hogwild
