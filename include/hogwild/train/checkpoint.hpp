// What a run leaves so that another can go on from there.
#pragma once

#include <memory>
#include <string>

#include "hogwild/model/model.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// All that a run knows besides its data and options: the rule's state, the epochs behind it, the
/// rate that was found, the best weights so far. Immutable and opaque; share it freely.
struct RunState;

/// A model, and what a run needs to go on.
struct Checkpoint {
  Model model;                              ///< the weights as they were
  std::shared_ptr<const RunState> state{};  ///< null: weights alone, from which a run starts warm
};

/// Writes a model's file with the state behind it, which load(path) passes over: whole or not at
/// all, as save(Model). Throws as that does.
void save(const Checkpoint& checkpoint, const std::string& path);

/// Reads a checkpoint, or a model, which has no state. Throws as load() does.
Checkpoint load_checkpoint(const std::string& path);

}  // namespace hogwild
