// Each worker's own copies of the coordinates that nearly every row touches. Threads that stepped
// them in the shared array would pass their cache lines to and fro; so they meet there only to
// merge.
//
// Invariants of HotReplicas, beside those of SharedParameters:
//  1. The replicated coordinates are the first ones, most frequent first, and have the same numbers
//     in the replicas; in a row, whose indices ascend, they stand before all others.
//  2. A replica is read and written by its worker alone; what workers share are the cells.
//  3. A worker's steps may wait in its replicas until it merges, after so many rows, or settles.
//     When all workers have settled, none waits.
//  4. A merge brings the steps since the last by the rule's merge(), landing as any step does: of
//     two merges racing for the same cell, one may be lost.
//  5. A worker that has settled may learn in the shared cells, while others learn with replicas.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "learn/replica_trial.hpp"
#include "parallel/cache_line.hpp"
#include "parallel/cell.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {

/// Rows that a worker's replicas may go apart, time steps after the start: all workers' together a
/// 64th of those learnt so far, since steps are largest at the start. Measured with adagrad on
/// click rows, test loss after one epoch: two threads 0.01 % above one, four on two cores 0.3 %.
inline std::uint64_t rows_between_merges(std::uint64_t time, std::size_t workers) noexcept {
  return std::clamp<std::uint64_t>(time / (64 * workers), 8, 65536);
}

/// How many of the replicas, the hottest, are merged after so many rows, before all are: a cache
/// line of them, eight, every 128 rows of two workers, as many again every 256, twice as many every
/// 512, and so on, so that by Zipf's law each takes about as many steps between two merges.
/// Measured with adagrad on rows of decimals, two threads, test loss beside one thread's of the
/// same seed: three epochs 0.2 % above it at most, and without this 1 %; on click rows it costs
/// 0.03 of the speed.
inline Index merged_early(std::uint64_t rows, std::size_t workers) noexcept {
  const std::uint64_t period = std::max<std::uint64_t>(8, 256 / workers);
  if (rows % period != 0) return 0;
  const std::uint64_t times = rows / period;
  constexpr std::uint64_t kLine = 8;
  return static_cast<Index>(std::min<std::uint64_t>(kLine * (times & (0 - times)), kMaxIndex));
}

/// Replicas beside a placement (see placement.hpp) whose state is shared. One thread at a time for
/// each worker number.
template <class Shared>
class HotReplicas {
 public:
  using State = typename Shared::State;
  using SharedView = typename Shared::View;

 private:
  struct alignas(kCacheLinePair) Room {
    ZeroedArray<Cell<State>> own;  // [hot]
    ZeroedArray<State> before;     // [hot] as taken or last merged
    std::uint64_t rows = 0;        // since then
    Index first = 0;               // where a merge begins, to come round to it again: workers that
                                   // merge at the same time would else wait at each line. Measured
    // on click rows, 2 threads: 550 to 730 million non-zeros a second
    // when all began at 0
    bool taken = false;  // what is in own counts
    std::size_t workers = 1;
  };

 public:
  class View {
   public:
    View(SharedView shared, Room& room)
        : shared_(shared),
          own_(room.own.data()),
          size_(static_cast<Index>(room.own.size())),
          room_(&room) {}

    const SharedView& shared() const noexcept { return shared_; }
    auto turn() const noexcept { return shared_.turn(); }

    /// The cells of some coordinates, as SharedState's view has them. Which of two places each is
    /// in is a conditional move: branches on all four of them being hot were worth 0.03 of the
    /// speed, rows copied with the numbers of replicas in them nothing.
    template <std::size_t kCount>
    std::array<Cell<State>*, kCount> cells(const std::array<Index, kCount>& j) const noexcept {
      std::array<Cell<State>*, kCount> cells;
      for (std::size_t i = 0; i < kCount; ++i) cells[i] = cell(j[i]);
      return cells;
    }

    float weight(Index j) const noexcept { return state(j).weight; }
    State state(Index j) const noexcept { return std::as_const(*cell(j)).load(); }
    template <class Function>
    void update(Index j, Function&& f) noexcept {
      cell(j)->store(f(state(j)));
    }

    /// What the others have merged becomes the worker's own, unless it goes on where it was.
    void take() noexcept {
      if (std::exchange(room_->taken, true)) return;
      for (Index h = 0; h < size_; ++h) own_[h].store(room_->before[h] = shared_.state(h));
      room_->rows = 0;
    }

    /// To be called at each row: merges now and then, and says so. The worker's steps since it took
    /// or merged reach the others, and theirs the worker.
    template <class Rule>
    bool merge_if_due(const Rule& rule, std::uint64_t time) noexcept {
      constexpr std::uint64_t kRowsToLook = 8;  // the divisions below cost as much as a few steps
      if (++room_->rows % kRowsToLook != 0) return false;
      if (room_->rows >= rows_between_merges(time, room_->workers)) {
        merge(rule);
        return true;
      }
      const Index hottest = merged_early(room_->rows, room_->workers);
      merge(rule, 0, std::min(hottest, size_));
      return hottest > 0;
    }
    template <class Rule>
    void merge(const Rule& rule) noexcept {
      merge(rule, room_->first, size_);
      merge(rule, 0, room_->first);
      room_->rows = 0;
    }

   private:
    template <class Rule>
    void merge(const Rule& rule, Index begin, Index end) noexcept {
      State* const before = room_->before.data();
      for (Index h = begin; h < end; ++h) {
        const State own = std::as_const(own_[h]).load();
        shared_.update(
            h, [&](State shared) { return before[h] = rule.merge(shared, before[h], own); });
        own_[h].store(before[h]);
      }
    }
    Cell<State>* cell(Index j) const noexcept { return (j < size_ ? own_ : shared_.cells()) + j; }

    SharedView shared_;
    Cell<State>* own_;
    Index size_;
    Room* room_;
  };

  /// Of the coordinates below hot.
  HotReplicas(Index hot, int workers) : trial_(workers), rooms_(static_cast<std::size_t>(workers)) {
    for (std::size_t worker = 0; worker < rooms_.size(); ++worker) {
      Room& room = rooms_[worker];
      room.workers = rooms_.size();
      room.first = static_cast<Index>(worker * hot / rooms_.size());
      room.own = ZeroedArray<Cell<State>>(hot);
      room.before = ZeroedArray<State>(hot);
    }
  }

  View view(SharedView shared, int worker) noexcept { return View(shared, room(worker)); }

  /// Merges what waits in a worker's replicas, if anything does.
  template <class Rule>
  void settle(SharedView shared, int worker, const Rule& rule) noexcept {
    if (std::exchange(room(worker).taken, false)) view(shared, worker).merge(rule);
  }

  ReplicaTrial& trial() noexcept { return trial_; }

 private:
  Room& room(int worker) noexcept { return rooms_[static_cast<std::size_t>(worker)]; }

  ReplicaTrial trial_;
  std::vector<Room> rooms_;  // [workers]
};

}  // namespace hogwild
