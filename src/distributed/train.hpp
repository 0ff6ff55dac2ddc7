// A run that ranks make together.
#pragma once

#include <string>
#include <vector>

#include "distributed/world.hpp"
#include "distributed/world_collectives.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
#include "options/distributed_options.hpp"

namespace hogwild {

/// Told as a TrainObserver is, on every rank.
class DistributedObserver : public TrainObserver {
 public:
  /// After on_epoch(): what each rank has done, [ranks].
  virtual void on_ranks(int /*epoch*/, const std::vector<RankTally>&) {}
  /// On the first rank, while an epoch goes on or after it: one that keeps the others waiting.
  virtual void on_slow_rank(const SlowRank&) {}
  /// Before the epochs of Distribution::graph: the step in the DOT language, before it is cut at
  /// devices' borders and after.
  virtual void on_graph(const std::string& /*whole*/, const std::string& /*cut*/) {}
};

/// Learns from the rows of all ranks, of which `data` are this one's, as agreed_rows() has made
/// them (so are the validation rows in the options). All ranks call it with the same options; all
/// return the same but for the threads seen, and throw alike. One rank finds the learning rate,
/// from its own rows. Threads: as many as are asked for on each rank; 0: the rank's share of its
/// host's cores.
TrainResult train(World& world, const Dataset& data, TrainOptions asked,
                  const DistributedOptions& distributed, DistributedObserver& observer);

/// The threads of this rank: those asked for, or if that is 0 its share of the host's cores.
int threads_of_rank(const World& world, int asked);

}  // namespace hogwild
