// What the workers have done, for another thread to watch.
#pragma once

#include <atomic>
#include <cstdint>

#include "parallel/cores.hpp"

namespace hogwild {

/// What one worker has done in this epoch. Written by the worker
/// once a block, so relaxed stores of its own sums are enough; on a line of its own.
struct alignas(kCacheLinePair) Tally {
  std::atomic<std::uint64_t> rows{0};
  std::atomic<std::uint64_t> nonzeros{0};
  std::atomic<double> loss{0};
  std::atomic<double> weight{0};

  void reset() noexcept {
    rows.store(0, std::memory_order_relaxed);
    nonzeros.store(0, std::memory_order_relaxed);
    loss.store(0, std::memory_order_relaxed);
    weight.store(0, std::memory_order_relaxed);
  }

  // Only the worker that owns the tally.
  template <class Value>
  static void add(std::atomic<Value>& sum, Value value) noexcept {
    sum.store(sum.load(std::memory_order_relaxed) + value, std::memory_order_relaxed);
  }
};

/// The tallies of all workers.
struct TallySum {
  std::uint64_t rows = 0;
  std::uint64_t nonzeros = 0;
  double loss = 0;
  double weight = 0;

  double mean_loss() const noexcept { return weight > 0 ? loss / weight : 0; }
};

}  // namespace hogwild
