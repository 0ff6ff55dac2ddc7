// Numbers for the hashes of a wide space, given by all threads that read or learn.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <span>
#include <vector>

#include "data/rows/number_table.hpp"
#include "hogwild/core/array.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/data/feature_space.hpp"

namespace hogwild {

/// A dictionary of hashes, numbered from 0 as they are met.
///
/// Invariants:
///  1. A slot is that of a NumberTable: 0 while it is empty; then a hash and kPending, while the
///     thread that took it fetches a number; then the hash and that number, for ever.
///  2. A hash is in one slot at most: a thread looks from the slot where it belongs until it finds
///     it, or takes the first empty slot by compare-exchange.
///  3. hashes_[j] is written once, by the thread that fetched number j, with growing_ shared.
///  4. The arrays change, and hashes_ is read, with growing_ held alone. More than a quarter of the
///     slots are empty then, and each thread takes at most one more than may_hold_ allows.
class SharedNumbers {
 public:
  static constexpr Index kMostThreads = 4096;

  /// most: how many numbers may be given; when there are so many, each thread may still get one.
  explicit SharedNumbers(Index most = Index{1} << 31) : most_(most) {}

  /// Hashes become their numbers; new ones get the next. Any number of threads at once. Throws
  /// std::bad_alloc, std::length_error if there are more than may be.
  void number(std::span<Index> hashes);

  /// The memory they take, in bytes.
  std::size_t bytes() const;

  std::size_t size() const noexcept { return size_.load(std::memory_order_relaxed); }

  /// All that have a number now, by these numbers.
  std::shared_ptr<const FeatureNumbers> met() const;

  /// The same, by numbers in ascending order of the hashes. indices: numbers that number() has
  /// given, which become those.
  std::shared_ptr<const FeatureNumbers> in_order(std::span<Index> indices) const;

 private:
  using Slot = std::atomic<std::uint64_t>;
  static constexpr std::uint64_t kPending = std::uint64_t{0xFFFFFFFFu} << 32;

  std::size_t place_of(Index hash) const noexcept { return NumberTable::place_of(hash, shift_); }
  Index number_of(Index hash);
  std::size_t number_some(std::span<Index> hashes);
  void grow();

  mutable std::shared_mutex growing_;
  std::vector<Slot> slots_;  // open addressing, a power of two
  Array<Index> hashes_;      // by number
  int shift_ = 0;
  std::size_t may_hold_ = 0;  // numbers, until the arrays grow
  std::atomic<std::size_t> size_{0};
  std::size_t most_;
};

}  // namespace hogwild
