// How ranks learn together.
#pragma once

#include <optional>
#include <type_traits>

#include "hogwild/core/types.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/update/update_rule.hpp"

namespace hogwild {

enum class Distribution {
  downpour,   ///< workers fetch parameters from servers and push gradients to them
  easgd,      ///< workers learn by themselves, and merge their steps into a centre now and then
  eamsgd,     ///< the same with momentum
  allreduce,  ///< all ranks make each step together, each of a part of its rows
  graph,      ///< all ranks make each step together, each of some of the features: a dataflow graph
};

/// Whether downpour's servers step by a rule.
template <class Rule>
inline constexpr bool is_served = std::is_same_v<Rule, Sgd> || std::is_same_v<Rule, Adagrad> ||
                                  std::is_same_v<Rule, AdaptiveRevision>;

struct DistributedOptions {
  Distribution kind = Distribution::downpour;
  int servers = 0;          ///< the last so many ranks serve and do not learn; 0: all do both
  Offset fetch_every = 64;  ///< rows of a worker between two fetches; > 0
  Offset push_every = 1;    ///< rows of a worker between two pushes; > 0
  bool blocking = false;    ///< fetch only after the rows before are learnt, and wait for it
  std::optional<float> local_rate;  ///< of the worker's own copy; absent: the learning rate; 0: it
                                    ///< is not stepped
  Offset warm_start = 0;            ///< rows that one worker learns before the others begin
  Offset period = 10;               ///< tau: steps between two exchanges with the centre; > 0
  std::optional<float> elasticity;  ///< alpha, in (0, 1]; absent: replicas are merged, see Merge
  bool synchronous = false;         ///< all workers, one a rank, exchange at once
  bool dense = false;  ///< after an epoch exchange all coordinates, also those not touched
};

/// Whether easgd's and eamsgd's replicas are drawn to the centre by an elastic force, in place of
/// being merged into it: where the user gives the elasticity, and with exact penalties, of which
/// each replica pays those of its own rows.
inline bool draws_by_force(const DistributedOptions& options, bool exact_penalties) noexcept {
  return options.elasticity.has_value() || exact_penalties;
}

}  // namespace hogwild
