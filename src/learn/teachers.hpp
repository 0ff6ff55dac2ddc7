// Places for threads that learn at once, each of which has something that is its own.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "learn/descent.hpp"
#include "parallel/cache_line.hpp"

namespace hogwild {

/// Invariants:
///  1. A place is held by one thread at most. It is taken with acquire and given back with release
///     order, so what its last holder wrote is seen by the next.
///  2. take() waits for nobody. wait_for() waits for one holder, once.
class TeacherPlaces {
 public:
  explicit TeacherPlaces(int count) : places_(static_cast<std::size_t>(count)) {}

  int size() const noexcept { return static_cast<int>(places_.size()); }

  /// A free place, the thread's usual one if it is free; kNoWorker if all are taken.
  int take() noexcept {
    const std::size_t usual = thread_number();
    for (std::size_t k = 0; k < places_.size(); ++k) {
      const std::size_t place = (usual + k) % places_.size();
      if (!places_[place].taken.exchange(true, std::memory_order_acquire)) {
        return static_cast<int>(place);
      }
    }
    return kNoWorker;
  }

  /// Takes that place when it is free.
  void wait_for(int place) noexcept {
    while (
        places_[static_cast<std::size_t>(place)].taken.exchange(true, std::memory_order_acquire)) {
      std::this_thread::yield();
    }
  }

  void give_back(int place) noexcept {
    if (place == kNoWorker) return;
    places_[static_cast<std::size_t>(place)].taken.store(false, std::memory_order_release);
  }

 private:
  struct alignas(kCacheLinePair) Place {
    std::atomic<bool> taken{false};
  };

  // Threads are numbered as they come, so that those of one Learner have different usual places.
  static std::size_t thread_number() noexcept {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return number;
  }

  std::vector<Place> places_;
};

}  // namespace hogwild
