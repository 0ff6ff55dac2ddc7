// Features that are in a fair part of the rows: threads that learn them at once get in each other's
// way.
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
#include "hogwild/core/array.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// What makes features hot, counted in a sample of the rows.
struct Hotness {
  // 128 KiB of adagrad's state, in a core's second cache. Measured on ranked text, two threads,
  // million non-zeros a second, with 4096 and with 16384: sgd 500 and 620, rmsprop 290
  // and 340, adagrad 505 and 545, adam 83 and 91. Click rows are learnt as fast with either; two
  // teachers of a Learner, whose cores are far from each other, are x1.14 as fast with 16384.
  static constexpr Index kMost = HotTable::kMost;
  static constexpr Offset kRowsPerTouch = 8192;       ///< one in fewer rows is not hot
  static constexpr double kLeastShare = 0.25;         ///< of the non-zeros, or none is hot
  static constexpr Offset kSampleRows = 1 << 14;      ///< about
  static constexpr Offset kSampleNonzeros = 1 << 18;  ///< at most, about

  /// One row of so many is looked at.
  static Offset stride(const Dataset& data) noexcept {
    return std::max({Offset{1}, data.rows() / kSampleRows, data.nonzeros() / kSampleNonzeros});
  }
};

/// Numbers of features below Hotness::kMost, ascending whatever the order they were added in:
/// sorting some tens of small numbers takes a step or two for each.
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

/// Which features of a data set are hot, and how all are numbered where those come first: the most
/// frequent is number 0, and any other feature j is number size() + j (see Ranking). Of two hot
/// features that want one place in the table of numbers the more frequent is hot.
class HotFeatures {
 public:
  /// None is hot where they don't make up enough. REQUIRES: the data is not ranked.
  explicit HotFeatures(const Dataset& data);

  /// Those that come first in such a ranking: made by first_in(), or of any features, of which two
  /// that want one place in the table can't both be hot; the first has it.
  explicit HotFeatures(std::span<const Index> features);

  /// How many: the numbers below are theirs.
  Index size() const noexcept { return table_.size(); }

  /// The number of plain feature j.
  Index number(Index j) const noexcept { return table_.number(j); }

  /// Features become their numbers.
  void renumber(std::span<Index> features) const noexcept { table_.renumber(features); }

  /// [size()] the features themselves.
  const std::vector<Index>& features() const noexcept { return features_; }

  /// The space in which hot features come first: as large as plain, or larger where that does not
  /// have all of them. REQUIRES: size() > 0.
  FeatureSpace first_in(const FeatureSpace& plain) const;

 private:
  bool add(Index j);

  std::vector<Index> features_;
  HotTable table_;
};

}  // namespace hogwild
