#include "train/workers.hpp"

#include <algorithm>
#include <optional>

namespace hogwild {

Workers::Workers(Feed& feed, Descent& descent, const TrainPlan& plan, const Pacing& pacing,
                 const std::vector<int>& pin)
    : feed_(feed),
      descent_(descent),
      plan_(plan),
      pacing_(pacing),
      threads_(plan.descent.workers, pin),
      tallies_(static_cast<std::size_t>(plan.descent.workers)),
      seen_(tallies_.size()),
      barrier_(static_cast<std::uint32_t>(plan.descent.workers)) {}

void Workers::learn_epoch(int epoch, const std::function<void()>& watch) {
  epoch_ = epoch;
  feed_.start_epoch(epoch);
  for (Tally& tally : tallies_) tally.reset();
  const auto look = [&] {
    try {
      watch();
    } catch (...) {
      stop();
      throw;
    }
  };
  threads_.run([this](int worker) { work(worker); }, look);
  look();  // an epoch may be over before the first look
}

TallySum Workers::total() const noexcept {
  TallySum sum;
  for (const Tally& tally : tallies_) {
    sum.rows += tally.rows.load(std::memory_order_relaxed);
    sum.nonzeros += tally.nonzeros.load(std::memory_order_relaxed);
    sum.loss += tally.loss.load(std::memory_order_relaxed);
    sum.weight += tally.weight.load(std::memory_order_relaxed);
  }
  return sum;
}

// Workers that are together all have a part in every row.
int Workers::that_learnt(std::uint64_t visits) const noexcept {
  if (plan_.descent.teamwork == Teamwork::together) return visits > 0 ? threads_.size() : 0;
  return static_cast<int>(std::ranges::count_if(seen_, [](Offset rows) { return rows > 0; }));
}

// On each worker: blocks until there are none, or until told to stop.
void Workers::work(int worker) {
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
void Workers::work_together(int worker) {
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

void Workers::learn(int worker, const Block& block, float share) {
  Pace pace = pacing_.at(epoch_, block.begin);
  pace.share = share;
  const LossSum sum = descent_.learn(worker, block.rows, pace);
  Tally& tally = tallies_[static_cast<std::size_t>(worker)];
  if (plan_.descent.teamwork == Teamwork::none || worker == 0) {
    std::uint64_t nonzeros = 0;
    for (const SparseRow& row : block.rows) nonzeros += row.nonzeros();
    Tally::add(tally.rows, static_cast<std::uint64_t>(block.rows.size()));
    Tally::add(tally.nonzeros, nonzeros);
  }
  Tally::add(tally.loss, sum.loss);
  Tally::add(tally.weight, sum.weight);
}

// Rows seen by all threads / rows seen by this one, counting half of the block at hand: the ratio
// is then right on average over the block, and 1 for a thread that is alone.
float Workers::share_of(Offset seen, const Block& block) const {
  if (plan_.descent.state == StatePlacement::shared || threads_.size() == 1) return 1;
  const double half = static_cast<double>(block.rows.size()) / 2;
  const double by_all =
      static_cast<double>(static_cast<Offset>(epoch_) * feed_.rows() + block.begin) + half;
  return static_cast<float>(std::max(1.0, by_all / (static_cast<double>(seen) + half)));
}

}  // namespace hogwild
