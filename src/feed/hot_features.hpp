// The features that most non-zeros are of, and rows put in order by them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// Room for rows that are split, to be used again and again.
struct SplitRows {
  std::vector<SparseRow> rows;
  std::vector<Index> indices;
  std::vector<float> values;
};

/// Hot features have places 0 .. size() - 1, most frequent first; any other feature j has place
/// size() + j. A row that is split names places, those of hot features first: so whoever keeps
/// the hot ones apart takes the same branch many times in succession. Const calls
/// from any threads.
///
/// Places are looked up in a table of 128 KiB, whatever the number of features, that a core keeps
/// in its cache; where two hot features want the same spot of it, the rarer one stays cold.
class HotFeatures {
 public:
  static constexpr Index kMost = 4096;            ///< 32 KiB of adagrad's state
  static constexpr Offset kSampleRows = 1 << 14;  ///< that are counted, at least
  static constexpr Offset kRowsPerTouch = 512;    ///< a feature in fewer rows is not hot
  static constexpr double kLeastShare = 0.25;     ///< of the non-zeros that must be hot

  /// Counts features in rows from all over the data. Null if there are too few rows to count, too
  /// many features to number, or no features hot enough to be worth it.
  static std::shared_ptr<const HotFeatures> find(const Dataset& data);

  Index size() const noexcept { return static_cast<Index>(features_.size()); }

  Index place(Index feature) const noexcept {
    const Spot& spot = spots_[hash(feature)];
    return spot.feature == feature ? spot.place : size() + feature;
  }
  Index feature(Index place) const noexcept {
    return place < size() ? features_[place] : place - size();
  }

  /// The rows, their non-zeros split; valid until the room is used again.
  std::span<const SparseRow> split(std::span<const SparseRow> rows, SplitRows& room) const;

 private:
  static constexpr int kTableBits = 14;
  static constexpr Index kNobody = 0xffffffff;

  struct Spot {
    Index feature = kNobody;
    Index place = 0;
  };

  HotFeatures() : spots_(std::size_t{1} << kTableBits) {}

  // Multiplicative hashing: Knuth, The Art of Computer Programming 3, section 6.4.
  static std::size_t hash(Index feature) noexcept {
    return (feature * std::uint32_t{2654435769}) >> (32 - kTableBits);
  }

  std::vector<Spot> spots_;
  std::vector<Index> features_;  // [size()] by place
};

}  // namespace hogwild
