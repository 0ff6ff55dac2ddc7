// How much memory a command may use.
#pragma once

#include <cstdint>

#include "cli/train_arguments.hpp"

namespace hogwild::cli {

/// What --memory-limit says, or three quarters of what the machine and the control group that the
/// process is in have.
std::uint64_t memory_limit(const TrainArguments& arguments);

}  // namespace hogwild::cli
