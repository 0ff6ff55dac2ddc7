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

/// The training step as a graph on devices: each rank has devices_a_rank devices, and each device
/// has a part of the rank's range of features. Passes the graph to the observer. All ranks call it
/// at the same time, and no rank destroys its part before all ranks have finished. REQUIRES: the
/// partition has a range for each rank, and the plan one worker.
std::unique_ptr<Descent> make_dataflow(World& world, const DescentPlan& plan,
                                       const Partition& partition, int devices_a_rank,
                                       DistributedObserver& observer);

}  // namespace hogwild
