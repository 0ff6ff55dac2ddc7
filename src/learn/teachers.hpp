// Places for threads that learn at the same time. A place is a worker number: only the thread that
// holds it uses the private copies of weights of that worker.
#pragma once

#include <atomic>
#include <cstddef>
#include <thread>
#include <vector>

#include "learn/descent.hpp"
#include "parallel/cores.hpp"

namespace hogwild {

/// Invariants:
///  1. At most one thread holds a place. A place is taken with acquire and returned with release
///     order, so the next holder sees what the last holder wrote.
///  2. take() never waits. wait_for() waits only for a holder of the given place.
class TeacherPlaces {
 public:
  explicit TeacherPlaces(int count) : places_(static_cast<std::size_t>(count)) {}

  int size() const noexcept { return static_cast<int>(places_.size()); }

  /// A held place, which the destructor returns; or no place: kNoWorker.
  class Held {
   public:
    Held(TeacherPlaces* places, int place) noexcept : places_(places), place_(place) {}
    ~Held() {
      if (place_ == kNoWorker) return;
      places_->taken(place_).store(false, std::memory_order_release);
    }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

    int number() const noexcept { return place_; }

   private:
    TeacherPlaces* places_;
    const int place_;
  };

  /// A free place, the thread's usual one if it is free; kNoWorker if all are taken.
  Held take() noexcept {
    const int usual = static_cast<int>(thread_number() % places_.size());
    for (int k = 0; k < size(); ++k) {
      const int place = (usual + k) % size();
      if (!taken(place).exchange(true, std::memory_order_acquire)) return {this, place};
    }
    return none();
  }
  static Held none() noexcept { return {nullptr, kNoWorker}; }

  /// Waits until the place is free, and takes it.
  Held wait_for(int place) noexcept {
    while (taken(place).exchange(true, std::memory_order_acquire)) std::this_thread::yield();
    return {this, place};
  }

 private:
  struct alignas(kCacheLinePair) Place {
    std::atomic<bool> taken{false};
  };

  std::atomic<bool>& taken(int place) noexcept {
    return places_[static_cast<std::size_t>(place)].taken;
  }

  // Threads are numbered in the order of their first call, so that the threads of one Learner have
  // different usual places.
  static std::size_t thread_number() noexcept {
    static std::atomic<std::size_t> threads{0};
    thread_local const std::size_t number = threads.fetch_add(1, std::memory_order_relaxed);
    return number;
  }

  std::vector<Place> places_;
};

}  // namespace hogwild
