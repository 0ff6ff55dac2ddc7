// When a worker's own coordinates are merged with the shared ones.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "hogwild/core/types.hpp"
#include "learn/coordinates.hpp"

namespace hogwild {

/// The cores that may learn at once.
struct Cores {
  int count = 1;
  double line_transfer = 0;  ///< seconds to transfer a cache line from one core to another
};

/// A coordinate is merged after about kTouches steps on it: every period() rows, or every 2, 4, 8,
/// ... periods if fewer rows touch it. Whole cache lines of kLine coordinates are merged. So for
/// any data the number of merges is a fixed share of the number of steps: 1 / kTouches.
///
/// The period does not depend on the number of workers, unless merges would come too often for the
/// cores. All workers together write the hottest line Cores::count times per period. If the time
/// between two of these writes would be less than kTransfers times the transfer time of the line,
/// the period is made longer, but at most kLongest times: with a longer period, a worker would
/// learn too much without the steps of the others.
class MergeSchedule {
 public:
  static constexpr Index kLine = 8;
  static constexpr double kTouches = 128;
  static constexpr double kTransfers = 8;
  static constexpr double kStepSeconds = 1e-9;  // least time of a step
  static constexpr double kLongest = 16;

  MergeSchedule() = default;
  /// Of the first `size` coordinates.
  MergeSchedule(const HotCoordinates& hot, std::size_t size, Cores cores) {
    float hottest = 0;
    double steps = 0;  // of a row
    for (std::size_t j = 0; j < size; ++j) {
      hottest = std::max(hottest, hot.share_of_rows(j));
      steps += static_cast<double>(hot.share_of_rows(j));
    }
    const double by_touches = kTouches / std::max(1e-3, static_cast<double>(hottest));
    const double by_transfer =
        kTransfers * cores.count * cores.line_transfer / (kStepSeconds * std::max(1.0, steps));
    period_ = static_cast<std::uint64_t>(
        std::min(std::clamp(by_transfer, by_touches, kLongest * by_touches), 65536.0));
    // From the last line to the first: a line is merged at least as often as all that follow it.
    float often = 0;
    std::size_t due = 0;  // level: the line is merged every 2^due periods
    ends_.assign(kLevels, 0);
    for (std::size_t end = size; end > 0; end = (end - 1) / kLine * kLine) {
      for (std::size_t j = (end - 1) / kLine * kLine; j < end; ++j) {
        often = std::max(often, hot.share_of_rows(j));
      }
      const double times =
          kTouches / std::max(1e-9, static_cast<double>(often)) / static_cast<double>(period_);
      due = static_cast<std::size_t>(
          std::clamp(std::log2(std::max(times, 1.0)), 0.0, double{kLevels - 1}));
      ends_[due] = std::max(ends_[due], end);
    }
    for (std::size_t level = 1; level < kLevels; ++level) {
      ends_[level] = std::max(ends_[level], ends_[level - 1]);
    }
  }

  std::uint64_t period() const noexcept { return period_; }  ///< rows

  /// How many coordinates, from the first on, are to be merged at the end of a worker's n-th
  /// period.
  std::size_t due(std::uint64_t n) const noexcept {
    return ends_[static_cast<std::size_t>(std::countr_zero(n | std::uint64_t{1} << (kLevels - 1)))];
  }

 private:
  static constexpr std::size_t kLevels = 12;

  std::uint64_t period_ = 1;
  std::vector<std::size_t> ends_;  // [kLevels] end of the coordinates merged every 2^level periods
};

}  // namespace hogwild
