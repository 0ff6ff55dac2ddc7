// Each worker's own copies of the coordinates that nearly every row touches. Threads that stepped
// them in the shared array would pass their cache lines to and fro; so they meet there only to
// merge.
//
// Invariants of HotReplicas, beside those of SharedParameters:
//  1. A replica is read and written by its worker alone; what workers share are the cells.
//  2. While no worker learns, no step waits in a replica: a worker takes its copies when it begins
//     a block, and merges them when it ends.
//  3. A merge brings the steps since the last by the rule's merge(), landing as any step does: of
//     two merges racing for the same cell, one may be lost.
//  4. The cells stay numbered by feature, so that blocks may be learnt with replicas and without at
//     the same time.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "feed/hot_features.hpp"
#include "hogwild/core/types.hpp"
#include "learn/replica_trial.hpp"
#include "parallel/cache_line.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {

/// Replicas beside a placement (see placement.hpp) whose state is shared. One thread at a time for
/// each worker number.
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
