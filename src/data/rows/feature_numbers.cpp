#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <shared_mutex>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "data/rows/number_table.hpp"
#include "data/rows/shared_numbers.hpp"
#include "hogwild/data/feature_space.hpp"

namespace hogwild {

FeatureNumbers::FeatureNumbers(Array<Index> hashes)
    : hashes_(std::move(hashes)), ascending_(std::ranges::is_sorted(hashes_)) {}
FeatureNumbers::~FeatureNumbers() = default;

const NumberTable& FeatureNumbers::table() const {
  std::call_once(made_, [this] { table_ = std::make_unique<const NumberTable>(hashes_); });
  return *table_;
}

std::optional<Index> FeatureNumbers::find(Index hash) const {
  const Index number = table().number(hash);
  return number == NumberTable::kNone ? std::nullopt : std::optional(number);
}

bool FeatureNumbers::find(std::span<Index> hashes) const {
  return table().look_up(hashes);
}

void SharedNumbers::number(std::span<Index> hashes) {
  for (std::size_t done = 0;;) {
    {
      const std::shared_lock lock(growing_);
      if (!slots_.empty()) done += number_some(hashes.subspan(done));
    }
    if (done == hashes.size()) return;
    grow();
  }
}

// How many it did before the table was full.
std::size_t SharedNumbers::number_some(std::span<Index> hashes) {
  for (std::size_t begin = 0; begin < hashes.size(); begin += NumberTable::kAhead) {
    const std::size_t end = std::min(begin + NumberTable::kAhead, hashes.size());
    for (std::size_t k = begin; k < end; ++k) __builtin_prefetch(&slots_[place_of(hashes[k])]);
    for (std::size_t k = begin; k < end; ++k) {
      const Index number = number_of(hashes[k]);
      if (number == FeatureNumbers::kNone) return k;
      hashes[k] = number;
    }
  }
  return hashes.size();
}

// kNone: the hash is new, and the table is full.
Index SharedNumbers::number_of(Index hash) {
  std::size_t at = place_of(hash);
  for (;;) {
    std::uint64_t slot = slots_[at].load(std::memory_order_relaxed);
    if (slot == 0) {
      if (size_.load(std::memory_order_relaxed) >= may_hold_) return FeatureNumbers::kNone;
      if (slots_[at].compare_exchange_strong(slot, kPending | hash, std::memory_order_relaxed)) {
        const std::size_t number = size_.fetch_add(1, std::memory_order_relaxed);
        hashes_[number] = hash;
        slots_[at].store(NumberTable::slot_of(hash, number), std::memory_order_relaxed);
        return static_cast<Index>(number);
      }
    }
    if (!NumberTable::holds(slot, hash)) {
      at = (at + 1) & (slots_.size() - 1);
    } else if (slot >= kPending) {
      std::this_thread::yield();  // another thread is about to store its number
    } else {
      return NumberTable::number_in(slot);
    }
  }
}

void SharedNumbers::grow() {
  constexpr std::size_t kFewest = std::size_t{1} << 16;
  const std::unique_lock lock(growing_);
  const std::size_t size = size_.load(std::memory_order_relaxed);
  if (size < may_hold_) return;  // another thread has done it
  if (size >= most_) throw std::length_error("more features than can be numbered");
  std::vector<Slot> slots(std::max(kFewest, 2 * slots_.size()));
  hashes_.resize(slots.size());
  shift_ = 32 - std::countr_zero(slots.size());
  may_hold_ = std::min(slots.size() * 2 / 3, most_);
  static_assert(kFewest / 3 > kMostThreads);  // see invariant 4
  for (std::size_t j = 0; j < size; ++j) {
    std::size_t at = place_of(hashes_[j]);
    while (slots[at].load(std::memory_order_relaxed) != 0) at = (at + 1) & (slots.size() - 1);
    slots[at].store(NumberTable::slot_of(hashes_[j], j), std::memory_order_relaxed);
  }
  slots_ = std::move(slots);
}

std::size_t SharedNumbers::bytes() const {
  const std::shared_lock lock(growing_);
  return slots_.size() * sizeof(Slot) + hashes_.size() * sizeof(Index);
}

std::shared_ptr<const FeatureNumbers> SharedNumbers::met() const {
  const std::unique_lock lock(growing_);
  const auto size = static_cast<std::ptrdiff_t>(size_.load(std::memory_order_relaxed));
  return std::make_shared<const FeatureNumbers>(
      Array<Index>(hashes_.begin(), hashes_.begin() + size));
}

std::shared_ptr<const FeatureNumbers> SharedNumbers::in_order(std::span<Index> indices) const {
  const std::unique_lock lock(growing_);
  const std::size_t size = size_.load(std::memory_order_relaxed);
  std::vector<std::uint64_t> keys(size);  // hash and number
  for (std::size_t j = 0; j < size; ++j) keys[j] = std::uint64_t{hashes_[j]} << 32 | j;
  tbb::parallel_sort(keys.begin(), keys.end());
  Array<Index> hashes(size);
  std::vector<Index> numbers(size);
  for (std::size_t j = 0; j < size; ++j) {
    hashes[j] = static_cast<Index>(keys[j] >> 32);
    numbers[static_cast<std::uint32_t>(keys[j])] = static_cast<Index>(j);
  }
  constexpr std::size_t kGrain = std::size_t{1} << 16;
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, indices.size(), kGrain),
                    [&](const auto& range) {
                      for (std::size_t k = range.begin(); k != range.end(); ++k) {
                        indices[k] = numbers[indices[k]];
                      }
                    });
  return std::make_shared<const FeatureNumbers>(std::move(hashes));
}

}  // namespace hogwild
