// Downpour SGD: workers fetch the parameters that their next rows touch from the servers that have
// them, learn those rows on their own copy, and push the sum of the gradients back.
// Source: Dean et al., "Large scale distributed deep networks", NIPS 2012, section 4.1. With
// adaptive_revision a push says what the sum of gradients was when its weights were read, and the
// server makes amends for what others have pushed since: McMahan and Streeter, NIPS 2014.
#pragma once

#include <memory>

#include "distributed/share.hpp"
#include "distributed/world.hpp"
#include "learn/descent.hpp"
#include "options/distributed_options.hpp"

namespace hogwild {

/// This rank's part: its workers, and the shard it serves, if it does. All ranks make one at once,
/// and none is destroyed before all have done with it.
std::unique_ptr<Descent> make_downpour(World& world, const DescentPlan& plan,
                                       const Partition& partition,
                                       const DistributedOptions& options, float learning_rate);

}  // namespace hogwild
