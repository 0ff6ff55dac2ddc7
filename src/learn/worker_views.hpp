// Each worker's own copies of the coordinates that most steps are on. Threads that stepped those in
// the shared array would wait for each other's cache lines; so each steps its own, and now and then
// merges them into the shared ones.
//
// A worker learns through a view of the array, an address range in which the pages of the first
// coordinates are its own (see PageViews). The kernel is the same with views and without.
//
// Invariants of WorkerViews, beside those of SharedParameters:
//  1. A worker's own cells, and all that a Part holds, are accessed by that worker alone.
//  2. before[j] is the state that the worker and the shared cell had in common last. What the
//  worker
//     has learnt since is the way from before[j] to its own cell; a merge takes it into the shared
//     cell once.
//  3. A merge lands as any step does: of two merges that race for one cell, one may be lost.
//  4. After a worker has settled, nothing that it has learnt is in its own cells alone; when all
//  have
//     settled, the shared cells hold everything.
//  5. A worker that has settled may learn in the shared cells while others learn in their own.
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
#include "learn/hot_coordinates.hpp"
#include "learn/merge_schedule.hpp"
#include "learn/own_bias.hpp"
#include "parallel/cache_line.hpp"

namespace hogwild {

/// Of a placement (see placement.hpp) that has own cells. One thread at a time for each worker.
template <class Placement>
class WorkerViews {
 public:
  using State = typename Placement::State;
  using View = typename Placement::View;

  /// A worker's part.
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

    /// Begins to learn in the worker's own cells, unless it does so already.
    void take(BiasAt bias_at) {
      if (std::exchange(taken_, true)) return;
      if (before_.empty()) {  // here, so that they lie near the worker's core
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

    /// To be asked before each row: whether merge_due() is to be called.
    bool is_due() noexcept { return rows_left_-- == 0; }

    /// Merges the coordinates whose turn it is, and the bias. curvature: of the rows learnt since
    /// note().
    template <class Rule, class Bias>
    void merge_due(const Rule& rule, Bias& bias, float rate, double curvature) noexcept {
      rows_left_ = all_->schedule_.period() - 1;
      merge(rule, rate, curvature_ + curvature, all_->schedule_.due(++periods_));
      bias.merge(all_->workers(), rate, all_->together_ * (curvature_ + curvature));
    }

    /// After a block of rows: the sum of the loss's second derivatives by the margin.
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
        // What was not stepped is not written: its line stays where it is.
        if (std::memcmp(&own, &before, sizeof own) == 0) return refresh(j);
      } else {
        if (own.weight == before.weight) return refresh(j);
        // Beside the weight the state is the worker's own, here and there.
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
    std::vector<double> since_;    // [lines] what curvature_ was when the line was merged last
    double curvature_ = 0;         // of all rows that the worker has learnt
    float rate_ = 0;               // of the last block
    std::uint64_t periods_ = 0;    // that have passed since it began to learn in its own cells
    std::uint64_t rows_left_ = 0;  // of the period
    bool taken_ = false;           // it learns in its own cells
  };

  /// coordinates: those below are merged. REQUIRES: placement.own() > 0.
  /// others: how many workers other processes have that learn into the same cells, or null.
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
  /// That learn at the same moment, in all processes: each on a core. Those that wait for a core
  /// have merged all but the steps of a part of a period.
  float workers() const noexcept {
    const int others = others_ != nullptr ? others_->load(std::memory_order_relaxed) : 0;
    return static_cast<float>(std::min(workers_ + others, cores_));
  }

 private:
  // What the estimate of HotCoordinates::together is raised by, of that many workers: nothing for
  // two, half for eight. By `hogwild simulate`, sgd on text, 8 workers in two sockets end 7 % above
  // one without it, and as low as one with it.
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
