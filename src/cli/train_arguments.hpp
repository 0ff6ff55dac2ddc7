// The options of commands that train, between the command line and the library.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "options/refusals.hpp"

namespace hogwild::cli {

/// What is typed.
struct TrainArguments {
  std::vector<std::string> paths;
  Settings settings;
  std::string output;
  ProgressStyle progress = ProgressStyle::automatic;
  std::string log;
  std::string report;
  std::string checkpoint;
  std::string checkpoint_every = "60s";
  int patience = 20;  // seconds
  bool print_graph = false;
  bool show_options = false;

  const FileOptions& files() const { return settings.files; }
};

/// Declares DATA and the options that a command which trains has, and --progress; hides those that
/// the mode refuses. arguments must live as long as command.
void add_train_arguments(CLI::App& command, TrainArguments& arguments, Has program,
                         Mode mode = kHeld);

/// Validates on a tenth of the rows unless other rows are given.
void validate_on_a_tenth(Settings& settings);

/// Adds the options of ranks that are the command's alone.
void add_distributed_options(CLI::App& command, TrainArguments& arguments);

/// Throws OptionError if one of those was typed that mean nothing to a run of one process.
void require_not_distributed(const CLI::App& command);

/// This rank's part of a run under mpirun; returns the exit status, which is the first rank's to
/// give. Throws on the first rank alone what all ranks have failed with; ends them all if one has
/// failed by itself. Built without MPI it throws OptionError, which says how to get it.
int run_distributed(const TrainArguments& command, const CLI::App& app);

}  // namespace hogwild::cli
