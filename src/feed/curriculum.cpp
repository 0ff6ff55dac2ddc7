#include "feed/curriculum.hpp"

#include <algorithm>
#include <numeric>

#include "hogwild/core/random.hpp"

namespace hogwild {

Curriculum::Curriculum(CurriculumKind kind, int levels, std::span<const float> difficulty)
    : kind_(kind),
      levels_(static_cast<int>(std::min<Offset>(static_cast<Offset>(levels), difficulty.size()))),
      sorted_(difficulty.size()) {
  std::iota(sorted_.begin(), sorted_.end(), Offset{0});
  std::ranges::stable_sort(sorted_, {}, [&](Offset row) { return difficulty[row]; });
}

Offset Curriculum::visited(std::uint64_t seed, int epoch, Offset visit, int admitted,
                           Cycle& cycle) const {
  constexpr std::uint64_t kVisits = 0x76697369, kCycles = 0x6379636c;  // streams apart
  Random random(seed, kVisits, static_cast<std::uint64_t>(epoch), visit);
  const bool mixed =
      kind_ == CurriculumKind::mixed || (kind_ == CurriculumKind::combined && random.below(2) == 0);
  if (mixed) {
    const int cap = 1 + static_cast<int>(random.below(static_cast<std::uint64_t>(levels_)));
    return sorted_[random.below(rows_up_to(cap))];
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

}  // namespace hogwild
