// Each worker's own copies of the coordinates that nearly every row touches. Threads that stepped
// them in the shared array would pass their cache lines to and fro; so they meet there only to
// merge.
//
// Invariants of HotReplicas, beside those of SharedParameters:
//  1. A replica is read and written by its worker alone; what workers share are the cells.
//  2. While no worker learns, the cells hold every step that was made: a worker takes its copies
//     when it begins a block, and merges them when it ends.
//  3. A merge brings the steps since the last by the rule's merge(), landing as any step does: of
//     two merges racing for the same cell, one may be lost.
//  4. The cells stay numbered by feature, so that blocks may be learnt with replicas and without at
//     the same time.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "feed/hot_features.hpp"
#include "hogwild/core/types.hpp"
#include "parallel/cache_line.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {

/// Whether replicas pay, which depends on the data and on how far apart the threads' cores are:
/// measured by learning blocks both ways, and again now and then, since a machine may move threads.
/// On click rows (2 threads on 2 virtual cores, 12 runs of two epochs each, in turn) runs without
/// replicas took 0.38 to 0.41 s nine times and 0.67 to 0.94 s three times, when shared lines seem
/// to have come from afar; with this choice 0.39 to 0.40 s and twice 0.58 to 0.64 s. One thread
/// takes 0.61 to 0.63 s. Any thread may call any member; that two speeds noted at once may be one
/// is no harm.
class ReplicaTrial {
 public:
  explicit ReplicaTrial(int workers) : phase_blocks_(8 * static_cast<std::uint32_t>(workers)) {}

  /// Whether to learn the next block with replicas.
  bool next() noexcept {
    const std::uint32_t phase = begun_.fetch_add(1, std::memory_order_relaxed) / phase_blocks_;
    if (phase < kFirstPhases) return phase % 2 == 1;
    return pays() != (phase % kCycle == 0);
  }

  /// How fast a block went, in whatever unit.
  void note(bool with_replicas, double speed) noexcept {
    std::atomic<double>& mean = speeds_[with_replicas];
    const double before = mean.load(std::memory_order_relaxed);
    mean.store(before > 0 ? before + (speed - before) / 8 : speed, std::memory_order_relaxed);
  }

  bool pays() const noexcept {
    return speeds_[true].load(std::memory_order_relaxed) >
           speeds_[false].load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t kFirstPhases = 4;  // without, with, without, with
  static constexpr std::uint32_t kCycle = 32;       // phases, one of them the slower way

  std::uint32_t phase_blocks_;
  std::atomic<std::uint32_t> begun_{0};  // blocks
  std::array<std::atomic<double>, 2> speeds_{};
};

template <class Shared>
class HotReplicas {
 public:
  using State = typename Shared::State;

  /// Learns rows that are split: see HotFeatures.
  class View {
   public:
    View(typename Shared::View shared, const HotFeatures& features, State* own, State* before)
        : shared_(shared),
          features_(&features),
          size_(features.size()),
          own_(own),
          before_(before) {}

    float weight(Index place) const noexcept { return state(place).weight; }
    State state(Index place) const noexcept {
      return place < size_ ? own_[place] : shared_.state(place - size_);
    }
    void prefetch(Index place) const noexcept {
      if (place >= size_) shared_.prefetch(place - size_);
    }
    template <class Function>
    void update(Index place, Function&& f) noexcept {
      if (place < size_) {
        own_[place] = f(own_[place]);
      } else {
        shared_.update(place - size_, std::forward<Function>(f));
      }
    }
    auto turn() const noexcept { return shared_.turn(); }
    Index coordinate(Index place) const noexcept { return features_->feature(place); }

    /// What the others have merged becomes the worker's own.
    void take() noexcept {
      for (Index h = 0; h < size_; ++h) own_[h] = before_[h] = shared_.state(coordinate(h));
    }
    /// The worker's steps since it took or merged reach the others, and theirs the worker.
    template <class Rule>
    void merge(const Rule& rule) noexcept {
      for (Index h = 0; h < size_; ++h) {
        shared_.update(coordinate(h), [&](State shared) {
          return own_[h] = rule.merge(shared, before_[h], own_[h]);
        });
        before_[h] = own_[h];
      }
    }

   private:
    typename Shared::View shared_;
    const HotFeatures* features_;
    Index size_;
    State* own_;     // [size_]
    State* before_;  // [size_] as taken or last merged
  };

  HotReplicas(std::shared_ptr<const HotFeatures> features, int workers)
      : features_(std::move(features)), trial_(workers), rooms_(static_cast<std::size_t>(workers)) {
    for (Room& room : rooms_) room.states = ZeroedArray<State>(std::size_t{2} * features_->size());
  }

  View view(typename Shared::View shared, int worker) noexcept {
    State* const own = rooms_[static_cast<std::size_t>(worker)].states.data();
    return View(shared, *features_, own, own + features_->size());
  }
  Index place(Index coordinate) const noexcept { return features_->place(coordinate); }
  std::span<const SparseRow> split(std::span<const SparseRow> rows, int worker) {
    return features_->split(rows, rooms_[static_cast<std::size_t>(worker)].split);
  }
  ReplicaTrial& trial() noexcept { return trial_; }

 private:
  struct alignas(kCacheLinePair) Room {
    ZeroedArray<State> states;  // [2 * features] own, then before
    SplitRows split;
  };

  std::shared_ptr<const HotFeatures> features_;
  ReplicaTrial trial_;
  std::vector<Room> rooms_;  // [workers]
};

}  // namespace hogwild
