// The threads of a run, and what they have done.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <vector>

#include "feed/feed.hpp"
#include "learn/descent.hpp"
#include "parallel/barrier.hpp"
#include "parallel/cores.hpp"
#include "parallel/thread_team.hpp"
#include "train/pacing.hpp"
#include "train/plan.hpp"
#include "train/tally.hpp"

namespace hogwild {

/// Threads that take blocks of rows from a feed and give them to a descent.
///
/// Invariants:
///  1. A tally and a count of seen rows are written by their worker alone, once a block.
///  2. stop_ is a hint to end soon and carries no data: it is read and written relaxed.
///  3. Where all workers learn the same blocks, they end at the same block: halt_ changes only
///     while all of them wait at the barrier.
/// Thread safety: learn_epoch() and the setters by one thread; total() and stop() by it and, while
/// an epoch goes on, by watch().
class Workers {
 public:
  Workers(Feed& feed, Descent& descent, const TrainPlan& plan, const Pacing& pacing,
          const std::vector<int>& pin);

  /// Learns an epoch, counted from 0. watch() is called by this thread now and then, and once at
  /// the end; if it throws, the workers end their blocks, and it is thrown again.
  void learn_epoch(int epoch, const std::function<void()>& watch);

  void stop() noexcept { stop_.store(true, std::memory_order_relaxed); }

  /// Of this epoch, by all workers.
  TallySum total() const noexcept;

  int size() const noexcept { return threads_.size(); }

  /// Workers that learnt a row in some epoch, visits being the rows learnt by all.
  int that_learnt(std::uint64_t visits) const noexcept;

  /// [workers] rows that each has learnt over all epochs.
  std::vector<Offset>& seen() noexcept { return seen_; }
  const std::vector<Offset>& seen() const noexcept { return seen_; }

 private:
  void work(int worker);
  void work_together(int worker);
  void learn(int worker, const Block& block, float share);
  float share_of(Offset seen, const Block& block) const;

  Feed& feed_;
  Descent& descent_;
  const TrainPlan& plan_;
  const Pacing& pacing_;
  ThreadTeam threads_;
  std::vector<Tally> tallies_;  // [workers]
  std::vector<Offset> seen_;
  std::atomic<bool> stop_{false};
  int epoch_ = 0;
  bool halt_ = false;
  Barrier barrier_;
};

}  // namespace hogwild
