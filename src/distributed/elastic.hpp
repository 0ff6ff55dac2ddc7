// Elastic averaging: every worker learns by itself, and now and then draws a centre towards its
// weights, and these towards the centre. What is saved is the centre.
// Source: Zhang, Choromanska, LeCun, "Deep learning with elastic averaging SGD", NIPS 2015: the
// asynchronous form is its algorithm 1, and with momentum (EAMSGD) its algorithm 2; the synchronous
// form is its equations 5 and 6.
#pragma once

#include <memory>

#include "distributed/options.hpp"
#include "distributed/partition.hpp"
#include "distributed/world.hpp"
#include "learn/descent.hpp"

namespace hogwild {

/// This rank's part: its workers, and its shard of the centre, if it serves. Every period steps a
/// worker exchanges the coordinates that it has touched since: c is what the centre has there, x
/// what the rank has; both move by a (x - c), a being the elasticity. workers: of all ranks. All
/// ranks make one at once, and none is destroyed before all have done with it.
std::unique_ptr<Descent> make_elastic(World& world, const DescentPlan& plan,
                                      const Partition& partition, const DistributedOptions& options,
                                      int workers);

}  // namespace hogwild
