// What ranks learn by together: a rank's part of each kind.
#pragma once

#include <memory>

#include "distributed/shard.hpp"
#include "distributed/train.hpp"
#include "learn/descent.hpp"

namespace hogwild {

/// Downpour: this rank's workers, and the shard it serves, if it does. All ranks make one at once,
/// and none is destroyed before all have done with it.
std::unique_ptr<Descent> make_downpour(World& world, const DescentPlan& plan,
                                       const Partition& partition,
                                       const DistributedOptions& options, float learning_rate);

/// Elastic averaging: this rank's workers, and its shard of the centre, if it serves. Every period
/// steps a worker exchanges the coordinates that it has touched since. workers: of all ranks. All
/// ranks make one at once, and none is destroyed before all have done with it. Throws OptionError
/// for a rule that keeps no weight.
std::unique_ptr<Descent> make_elastic(World& world, const DescentPlan& plan,
                                      const Partition& partition, const DistributedOptions& options,
                                      int workers);

/// All ranks' rows, in the order of the ranks, with the features of this rank's ranges alone. Each
/// rank sends every other one what is the other's. To be called by all ranks.
Dataset columns_of_all(World& world, const Dataset& own, const Partition& partition);

/// The training step as a graph on devices, of which each rank has so many, each one of its
/// features' ranges; the observer is told of the graph. All ranks make one at once, and none is
/// destroyed before all have done with it. REQUIRES: the partition has a range for each rank, and
/// the plan one worker.
std::unique_ptr<Descent> make_dataflow(World& world, const DescentPlan& plan,
                                       const Partition& partition, int devices_a_rank,
                                       DistributedObserver& observer);

}  // namespace hogwild
