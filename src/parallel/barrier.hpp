// A barrier at which threads wait for each other many thousand times a second.
#pragma once

#include <atomic>
#include <cstdint>
#include <thread>

#include "parallel/cores.hpp"

namespace hogwild {

/// A barrier for phases of a few microseconds. A waiting thread spins for about the length of a
/// phase before it sleeps. std::barrier sleeps at once, and the wake-up costs more than the phase.
/// Measured on click rows, 2 threads that learn together, 31,000 calls of wait(): std::barrier
/// 1.62 s, this class 0.45 s.
///
/// Invariants:
///  1. arrived_ is the number of those waiting in the current phase, below size_.
///  2. phase_ counts the phases that all threads have finished; it changes when the last arrives.
/// Memory order is acquire and release: after wait() a thread sees what the others wrote before.
class Barrier {
 public:
  /// REQUIRES: size > 0.
  explicit Barrier(std::uint32_t size)
      : size_(size), looks_(size <= std::thread::hardware_concurrency() ? kLooks : 0) {}

  /// Returns when all threads have called it. Before any of them returns, the last thread to arrive
  /// calls last(), which must not throw.
  template <class Function>
  void wait(Function&& last) noexcept {
    const std::uint32_t phase = phase_.load(std::memory_order_acquire);
    if (arrived_.fetch_add(1, std::memory_order_acq_rel) + 1 == size_) {
      last();
      arrived_.store(0, std::memory_order_relaxed);  // seen with the phase
      phase_.store(phase + 1, std::memory_order_release);
      phase_.notify_all();
      return;
    }
    for (int look = 0; look < looks_; ++look) {
      if (phase_.load(std::memory_order_acquire) != phase) return;
      pause();
    }
    while (phase_.load(std::memory_order_acquire) == phase)
      phase_.wait(phase, std::memory_order_acquire);
  }
  void wait() noexcept {
    wait([] {});
  }

 private:
  static constexpr int kLooks = 4000;

  static void pause() noexcept {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#endif
  }

  const std::uint32_t size_;
  const int looks_;  // 0 if there are more threads than cores: the others need the core
  alignas(kCacheLinePair) std::atomic<std::uint32_t> arrived_{0};
  alignas(kCacheLinePair) std::atomic<std::uint32_t> phase_{0};
};

}  // namespace hogwild
