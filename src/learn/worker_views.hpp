// Private copies ("own cells") of the coordinates that get most steps, one set per worker. If
// threads stepped these coordinates in the shared array, they would wait for each other's cache
// lines. Instead each worker steps its own cells and from time to time merges them into the shared
// cells.
//
// A worker learns through a view of the array, an address range in which the pages of the first
// coordinates are private to the worker (see PageViews). The kernel is the same with and without
// views.
//
// Invariants of WorkerViews, in addition to those of SharedParameters:
//  1. A worker's own cells, and all members of its Part, are accessed by that worker alone.
//  2. before_[j] is the last state that the worker's own cell j and shared cell j had in common.
//     The difference between own cell j and before_[j] is what the worker has learnt since then; a
//     merge brings it into the shared cell once.
//  3. A merge is written like any step: if two merges race for one cell, one may be lost.
//  4. After settle(), all that the worker has learnt is also in the shared cells; after all workers
//     have settled, the shared cells hold everything.
//  5. A worker that has settled may learn in the shared cells while others learn in own cells.
#pragma once

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/update/step.hpp"
#include "learn/coordinates.hpp"
#include "learn/merge_schedule.hpp"
#include "learn/own_bias.hpp"
#include "parallel/cores.hpp"

namespace hogwild {

/// The views of a placement (see placement.hpp) that has own cells. Thread safety: one thread at a
/// time for each worker.
template <class Placement>
class WorkerViews {
 public:
  using State = typename Placement::State;
  using View = typename Placement::View;

  /// The view and the own cells of one worker.
  class alignas(kCacheLinePair) Part {
   public:
    Part(const WorkerViews& all, int worker)
        : all_(&all),
          worker_(worker),
          own_(all.placement_.own_view(worker)),
          shared_(all.placement_.view(worker)) {}

    const View& view() const noexcept { return own_; }

    /// The worker's copy of the bias.
    BiasCopy<State>& bias() noexcept { return bias_; }

    /// Switches the worker to its own cells, and copies the shared states into them. Does nothing
    /// if the worker uses them already.
    void take(BiasAt bias_at) {
      if (std::exchange(taken_, true)) return;
      if (before_.empty()) {  // allocated by the worker's thread, for memory near its core
        all_->placement_.populate(worker_);
        before_.resize(all_->size());
      }
      for (std::size_t j = 0; j < before_.size(); ++j) refresh(static_cast<Index>(j));
      since_.assign(all_->lines(), curvature_);
      bias_.curvature = all_->together_ * curvature_;
      if (bias_at.present) bias_.before = bias_.now = shared_.state(bias_at.coordinate);
      periods_ = 0;
      rows_left_ = all_->schedule_.period();
    }

    /// Call this before each row. Returns whether merge_due() must be called.
    bool is_due() noexcept { return rows_left_-- == 0; }

    /// Merges the coordinates that are due, and the bias. curvature: the sum over the rows learnt
    /// since the last call of note().
    template <class Rule, class Bias>
    void merge_due(const Rule& rule, Bias& bias, float rate, double curvature) noexcept {
      rows_left_ = all_->schedule_.period() - 1;
      merge(rule, rate, curvature_ + curvature, all_->schedule_.due(++periods_));
      bias.merge(all_->workers(), rate, all_->together_ * (curvature_ + curvature));
    }

    /// Call this after a block of rows. curvature: the sum over the block of the loss's second
    /// derivative by the margin.
    void note(float rate, double curvature) noexcept {
      rate_ = rate;
      curvature_ += curvature;
    }

    /// Merges all, and ends learning in the worker's own cells.
    template <class Rule>
    void settle(const Rule& rule, BiasAt bias_at) noexcept {
      if (!std::exchange(taken_, false)) return;
      merge(rule, rate_, curvature_, before_.size());
      OwnBias(shared_, bias_at, rule, bias_)
          .merge(all_->workers(), rate_, all_->together_ * curvature_);
    }

   private:
    void refresh(Index j) noexcept {
      before_[j] = shared_.state(j);
      own_.update(j, [&](State) { return before_[j]; });
    }

    template <class Rule>
    void merge(const Rule& rule, float rate, double curvature, std::size_t count) noexcept {
      for (std::size_t line = 0; line * MergeSchedule::kLine < count; ++line) {
        const auto of_rows = static_cast<float>(curvature - std::exchange(since_[line], curvature));
        const std::size_t begin = line * MergeSchedule::kLine;
        for (std::size_t j = begin; j < std::min(count, begin + MergeSchedule::kLine); ++j) {
          merge(
              rule, static_cast<Index>(j),
              {.workers = all_->workers(), .rate = rate, .curvature = all_->squares_[j] * of_rows});
        }
      }
    }
    template <class Rule>
    void merge(const Rule& rule, Index j, const Parting& parting) noexcept {
      const State own = own_.state(j);
      State before = before_[j];
      if constexpr (Placement::kStateIsShared) {
        // Without new steps the shared cell is not written: no other core loses its cache line.
        if (std::memcmp(&own, &before, sizeof own) == 0) return refresh(j);
      } else {
        if (own.weight == before.weight) return refresh(j);
        // Only the weight is shared; the rest of the state is the worker's own in both views.
        before = own;
        before.weight = before_[j].weight;
      }
      shared_.update(
          j, [&](State shared) { return before_[j] = rule.merge(shared, before, own, parting); });
      own_.update(j, [&](State) { return before_[j]; });
    }

    const WorkerViews* all_;
    int worker_;
    View own_, shared_;
    BiasCopy<State> bias_;
    std::vector<State> before_;    // [size]
    std::vector<double> since_;    // [lines] value of curvature_ at the last merge of the line
    double curvature_ = 0;         // sum over all rows that the worker has learnt
    float rate_ = 0;               // learning rate of the last block
    std::uint64_t periods_ = 0;    // complete periods since take()
    std::uint64_t rows_left_ = 0;  // rows until the end of the period
    bool taken_ = false;           // whether the worker learns in its own cells
  };

  /// coordinates: only coordinates below this number are merged. others: the number of workers of
  /// other processes that learn into the same cells, or null. REQUIRES: placement.own() > 0.
  WorkerViews(Placement& placement, const HotCoordinates& hot, std::size_t coordinates, int workers,
              Cores cores, std::shared_ptr<const std::atomic<int>> others = {})
      : placement_(placement),
        schedule_(hot, std::min(placement.own(), coordinates),
                  {std::min(workers, cores.count), cores.line_transfer}),
        squares_(std::min(placement.own(), coordinates)),
        together_(hot.together * margin(std::min(workers, cores.count))),
        workers_(workers),
        cores_(cores.count),
        others_(std::move(others)) {
    for (std::size_t j = 0; j < squares_.size(); ++j)
      squares_[j] = static_cast<float>(together_) * hot.square(j);
    parts_.reserve(static_cast<std::size_t>(workers));
    for (int worker = 0; worker < workers; ++worker) {
      parts_.emplace_back(*this, worker);
    }
  }
  WorkerViews(const WorkerViews&) = delete;
  WorkerViews& operator=(const WorkerViews&) = delete;

  Part& part(int worker) noexcept { return parts_[static_cast<std::size_t>(worker)]; }
  std::size_t size() const noexcept { return squares_.size(); }
  /// The number of workers, in all processes, that run at the same moment: at most one per core. A
  /// worker that waits for a core has merged all its steps except those of part of a period.
  float workers() const noexcept {
    const int others = others_ != nullptr ? others_->load(std::memory_order_relaxed) : 0;
    return static_cast<float>(std::min(workers_ + others, cores_));
  }

 private:
  // The factor by which the estimate HotCoordinates::together is multiplied: 1 for two workers, 1.5
  // for eight. In `hogwild simulate`, sgd on text, the loss of 8 workers on two sockets ends 7 %
  // above that of one worker without this factor, and as low as that of one worker with it.
  static double margin(int workers) noexcept {
    return 0.75 + 0.25 * std::log2(std::max(2, workers));
  }

  std::size_t lines() const noexcept {
    return (size() + MergeSchedule::kLine - 1) / MergeSchedule::kLine;
  }

  Placement& placement_;
  MergeSchedule schedule_;
  std::vector<float> squares_;  // [size] mean of x_j^2 over all rows, times together_
  double together_;             // HotCoordinates::together, raised
  int workers_, cores_;
  std::shared_ptr<const std::atomic<int>> others_;
  std::vector<Part> parts_;  // [workers]
};

}  // namespace hogwild
