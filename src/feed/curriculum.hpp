// The order of an epoch that shows easy rows more often.
#pragma once

#include <algorithm>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "hogwild/core/random.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/feed/order.hpp"

namespace hogwild {

/// Rows in levels of equal size, the easiest first.
class Curriculum {
 public:
  /// difficulty is [rows]; of two rows alike the earlier is the easier. Levels are no more than
  /// rows. REQUIRES: difficulty not empty, levels > 0.
  Curriculum(CurriculumKind kind, int levels, std::span<const float> difficulty)
      : kind_(kind),
        levels_(static_cast<int>(std::min<Offset>(static_cast<Offset>(levels), difficulty.size()))),
        sorted_(difficulty.size()) {
    std::iota(sorted_.begin(), sorted_.end(), Offset{0});
    std::ranges::stable_sort(sorted_, {}, [&](Offset row) { return difficulty[row]; });
  }

  /// The rows of one epoch, as many visits as there are rows. admitted(visit) is the level, from 1,
  /// up to which rows are admitted at that visit; it never falls. A function of the seed, the epoch
  /// and admitted alone.
  template <class Admitted>
  std::vector<Offset> order(std::uint64_t seed, int epoch, const Admitted& admitted) const {
    std::vector<Offset> rows;
    rows.reserve(sorted_.size());
    Cycle cycle;
    for (Offset visit = 0; visit < sorted_.size(); ++visit) {
      rows.push_back(visited(seed, epoch, visit, admitted(visit), cycle));
    }
    return rows;
  }

  int levels() const noexcept { return levels_; }

  /// How many rows there are up to a level, from 1.
  Offset rows_up_to(int level) const noexcept {
    return sorted_.size() * static_cast<Offset>(level) / static_cast<Offset>(levels_);
  }

  /// The rows, easiest first.
  std::span<const Offset> sorted() const noexcept { return sorted_; }

 private:
  // The admitted rows in a random order, and how far it has come.
  struct Cycle {
    std::vector<Offset> rows;
    std::size_t next = 0;
    std::uint64_t number = 0;
  };

  Offset visited(std::uint64_t seed, int epoch, Offset visit, int admitted, Cycle& cycle) const {
    constexpr std::uint64_t kVisits = 0x76697369, kCycles = 0x6379636c;  // streams apart
    if (kind_ != CurriculumKind::naive) {
      Random random(seed, kVisits, static_cast<std::uint64_t>(epoch), visit);
      if (kind_ == CurriculumKind::mixed || random.below(2) == 0) {
        const int cap = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(levels_)));
        return sorted_[random.below(rows_up_to(cap))];
      }
    }
    const Offset pool = rows_up_to(std::clamp(admitted, 1, levels_));
    if (cycle.next == cycle.rows.size() || cycle.rows.size() != pool) {
      cycle.rows.assign(sorted_.begin(), sorted_.begin() + static_cast<std::ptrdiff_t>(pool));
      cycle.next = 0;
      shuffle(std::span(cycle.rows),
              Random(seed, kCycles, static_cast<std::uint64_t>(epoch), cycle.number++));
    }
    return cycle.rows[cycle.next++];
  }

  CurriculumKind kind_;
  int levels_;
  std::vector<Offset> sorted_;
};

}  // namespace hogwild
