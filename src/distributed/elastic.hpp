// Elastic averaging: every worker learns by itself. At intervals it sends its steps to a centre and
// takes the weights of the centre, which hold the steps of the others. The model is the centre.
//
// Where the user gives an elasticity a, worker and centre draw each other: c is what the centre has
// at a coordinate, x what the worker has; both move by a (x - c). The centre then gets the part a
// of a step, and the rest only with later exchanges of the same coordinate. A rare feature has few
// of those, and with early stopping often none. Its part does not grow with the number of workers
// that learn it either: the force of the paper averages over all p workers, also over those whose
// rows lack the feature, whose x is where c is.
//
// By default the steps that a worker has made since its last exchange are therefore merged into the
// centre: whole, where no other worker has moved the coordinate meanwhile, and as the update rule
// accounts for the others' steps where some have (class Merge). The centre has the rule's whole
// state for that. This takes a worker's own steps and others' as one process takes those of its
// threads, so that the learning rate of one process is right for any number of workers. By a force
// the rate is the found one times the number of workers, since the centre moves by their mean.
//
// Measured test log loss, two ranks, early stopping, means of seeds 1 to 3, against one process
// (the force at 0.9 / 2, then merging): 20 newsgroups, two classes, +1.1 %, +0.4 %; generated rows
// of rare positives +1.9 %, +0.3 %; Debian packages +0.5 %, +0.1 %.
//
// Steps that another sees late, but whole: Ho et al., "More effective distributed ML via a stale
// synchronous parallel parameter server", NIPS 2013. The force: Zhang, Choromanska, LeCun, "Deep
// learning with elastic averaging SGD", NIPS 2015: the asynchronous form is its algorithm 1, and
// with momentum (EAMSGD) its algorithm 2; the synchronous form is its equations 5 and 6.
#pragma once

#include <memory>

#include "distributed/share.hpp"
#include "distributed/world.hpp"
#include "learn/descent.hpp"
#include "options/distributed_options.hpp"

namespace hogwild {

/// This rank's part: its workers, and its shard of the centre, if it serves. Every period steps a
/// worker exchanges the coordinates that it has touched since. workers: of all ranks. All ranks
/// make one at once, and none is destroyed before all have done with it. Throws OptionError for a
/// rule that keeps no weight.
std::unique_ptr<Descent> make_elastic(World& world, const DescentPlan& plan,
                                      const Partition& partition, const DistributedOptions& options,
                                      int workers);

}  // namespace hogwild
