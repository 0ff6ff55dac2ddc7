// From hashes to the numbers of features.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "hogwild/core/array.hpp"
#include "hogwild/core/types.hpp"

namespace hogwild {

/// A hash table of words that hold a hash and its number, by open addressing.
class NumberTable {
 public:
  using Slot = std::uint64_t;  ///< the hash, above it 1 more than the number; 0: empty

  /// Hash hashes[j] has number j. Throws std::bad_alloc.
  explicit NumberTable(std::span<const Index> hashes);

  /// kNone: it has none.
  Index number(Index hash) const noexcept {
    std::size_t at = place_of(hash, shift_);
    while (slots_[at] != 0 && !holds(slots_[at], hash)) at = (at + 1) & (slots_.size() - 1);
    return slots_[at] == 0 ? kNone : number_in(slots_[at]);
  }

  /// Hashes become their numbers, or kNone; returns whether all have one.
  bool look_up(std::span<Index> hashes) const noexcept;

  static constexpr Index kNone = 0xFFFFFFFFu;
  static constexpr std::uint32_t kFactor = 0x9E3779B1u;
  static constexpr std::size_t kAhead = 32;  ///< places whose cache lines are asked for together

  /// Where a hash belongs in 2^(32 - shift) slots.
  static std::size_t place_of(Index hash, int shift) noexcept {
    return static_cast<std::uint32_t>(hash * kFactor) >> shift;
  }
  static Slot slot_of(Index hash, std::size_t number) noexcept {
    return (Slot{number} + 1) << 32 | hash;
  }
  static bool holds(Slot slot, Index hash) noexcept {
    return slot != 0 && static_cast<Index>(slot) == hash;
  }
  static Index number_in(Slot slot) noexcept { return static_cast<Index>(slot >> 32) - 1; }

 private:
  Array<Slot> slots_;  // at most half of them taken, a power of two
  int shift_;
};

}  // namespace hogwild
