// The parameters dealt out to servers.
#pragma once

#include "distributed/shard.hpp"
#include "distributed/world.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// Ranges of about as many non-zeros each in the rows of all ranks, the features of `data` in one
/// space, and the bias at the end. The last `servers` ranks serve; 0: all do. To be called by all
/// ranks.
Partition partition_by_use(World& world, const Dataset& data, int servers);

/// The same ranges of coordinates, each feature having so many.
Partition by_coordinate(Partition of_features, Index outputs);

}  // namespace hogwild
