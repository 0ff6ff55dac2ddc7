// The threads of a run, and what they have done.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "feed/feed.hpp"
#include "learn/descent.hpp"
#include "parallel/barrier.hpp"
#include "parallel/thread_team.hpp"
#include "train/collectives.hpp"
#include "train/pacing.hpp"
#include "train/plan.hpp"

namespace hogwild {

/// Threads that take blocks of rows from a feed and give them to a descent.
///
/// Invariants:
///  1. A tally and a count of seen rows are written by their worker alone, once a block.
///  2. stop_ is a hint to end soon and carries no data: it is read and written relaxed.
///  3. Where all workers learn the same blocks, they end at the same block: halt_ changes only
///     while all of them wait at the meeting.
/// Thread safety: learn_epoch() and the setters by one thread; total() and stop() by it and, while
/// an epoch goes on, by watch().
class Workers {
 public:
  Workers(Feed& feed, Descent& descent, const TrainPlan& plan, const Pacing& pacing,
          const std::vector<int>& pin)
      : feed_(feed),
        descent_(descent),
        plan_(plan),
        pacing_(pacing),
        team_(plan.descent.workers, pin),
        tallies_(static_cast<std::size_t>(plan.descent.workers)),
        seen_(tallies_.size()),
        barrier_(static_cast<std::uint32_t>(plan.descent.workers)) {}

  /// Learns an epoch, counted from 0. watch() is called by this thread now and then, and once at
  /// the end; if it throws, the workers end their blocks, and it is thrown again.
  void learn_epoch(int epoch, const std::function<void()>& watch) {
    epoch_ = epoch;
    feed_.start_epoch(epoch);
    for (Tally& tally : tallies_) tally.sum.store({});
    const auto look = [&] {
      try {
        watch();
      } catch (...) {
        stop();
        throw;
      }
    };
    team_.run([this](int worker) { work(worker); }, look);
    look();  // an epoch may be over before the first look
  }

  void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }

  /// Of this epoch, by all workers.
  TallySum total() const noexcept {
    TallySum sum;
    for (const Tally& tally : tallies_) {
      const auto [rows, nonzeros, loss, weight] = tally.sum.load();
      sum.rows += rows;
      sum.nonzeros += nonzeros;
      sum.loss += loss;
      sum.weight += weight;
    }
    return sum;
  }

  int size() const noexcept { return team_.size(); }

  /// Workers that learnt a row in some epoch, visits being the rows learnt by all.
  /// (Workers that are together all have a part in every row.)
  int that_learnt(std::uint64_t visits) const noexcept {
    if (plan_.descent.teamwork == Teamwork::together) return visits > 0 ? team_.size() : 0;
    return static_cast<int>(std::ranges::count_if(seen_, [](Offset rows) { return rows > 0; }));
  }

  /// [workers] rows that each has learnt over all epochs.
  std::vector<Offset>& seen() noexcept { return seen_; }
  const std::vector<Offset>& seen() const noexcept { return seen_; }

 private:
  // On each worker: blocks until there are none, or until told to stop.
  void work(int worker) {
    if (plan_.descent.teamwork == Teamwork::together) return work_together(worker);
    while (!descent_.ends(stop_.load(std::memory_order_relaxed))) {
      const auto block = feed_.next(worker);
      if (!block) break;
      Offset& seen = seen_[static_cast<std::size_t>(worker)];
      learn(worker, *block, share_of(seen, *block));
      seen += block->rows.size();
    }
    descent_.settle(worker);
  }

  // The same, all workers learning the same blocks.
  void work_together(int worker) {
    for (;;) {
      // Workers that are together stop at the same block, or some would wait for ever: the last to
      // arrive decides for all.
      barrier_.wait([this] { halt_ = stop_.load(std::memory_order_relaxed); });
      const auto block = halt_ ? std::nullopt : feed_.next(worker);
      if (!block) break;
      learn(worker, *block, 1);
    }
    descent_.settle(worker);
  }

  void learn(int worker, const Block& block, float share) {
    Pace pace = pacing_.at(epoch_, block.begin);
    pace.share = share;
    const LossSum sum = descent_.learn(worker, block.rows, pace);
    Cell<TallySum>& tally = tallies_[static_cast<std::size_t>(worker)].sum;
    TallySum done = tally.load();
    if (plan_.descent.teamwork == Teamwork::none || worker == 0) {
      done.rows += block.rows.size();
      for (const SparseRow& row : block.rows) done.nonzeros += row.nonzeros();
    }
    done.loss += sum.loss;
    done.weight += sum.weight;
    tally.store(done);
  }

  // Rows seen by all threads / rows seen by this one, counting half of the block at hand: the ratio
  // is then right on average over the block, and 1 for a thread that is alone.
  float share_of(Offset seen, const Block& block) const {
    if (plan_.descent.state == StatePlacement::shared || team_.size() == 1) return 1;
    const double half = static_cast<double>(block.rows.size()) / 2;
    const double by_all =
        static_cast<double>(static_cast<Offset>(epoch_) * feed_.rows() + block.begin) + half;
    return static_cast<float>(std::max(1.0, by_all / (static_cast<double>(seen) + half)));
  }

  Feed& feed_;
  Descent& descent_;
  const TrainPlan& plan_;
  const Pacing& pacing_;
  ThreadTeam team_;
  std::vector<Tally> tallies_;  // [workers]
  std::vector<Offset> seen_;
  std::atomic<bool> stop_{false};
  int epoch_ = 0;
  bool halt_ = false;
  Barrier barrier_;
};

}  // namespace hogwild
