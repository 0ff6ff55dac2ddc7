// What a run leaves so that another can go on from there.
#pragma once

#include <memory>

#include "hogwild/model/model.hpp"

namespace hogwild {

/// All that a run knows besides its data and options: the rule's state, the epochs behind it, the
/// rate that was found, the best weights so far. Immutable and opaque; share it freely.
struct RunState;

struct Checkpoint {
  Model model;                              ///< the weights as they were
  std::shared_ptr<const RunState> state{};  ///< null: weights alone, from which a run starts warm
};

}  // namespace hogwild
