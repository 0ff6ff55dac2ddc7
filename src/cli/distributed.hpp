// Training by several ranks, as options and as a run.
#pragma once

#include <CLI/CLI.hpp>

#include "cli/train_arguments.hpp"

namespace hogwild::cli {

/// Adds the options of ranks that are the command's alone.
void add_distributed_options(CLI::App& command, TrainArguments& arguments);

/// Throws OptionError if one of those was typed that mean nothing to a run of one process.
void require_not_distributed(const CLI::App& command);

/// This rank's part of a run under mpirun; returns the exit status, which is the first rank's to
/// give. Throws on the first rank alone what all ranks have failed with; ends them all if one has
/// failed by itself. Built without MPI it throws OptionError, which says how to get it.
int run_distributed(const TrainArguments& command, const CLI::App& app);

}  // namespace hogwild::cli
