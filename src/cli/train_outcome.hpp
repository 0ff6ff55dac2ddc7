// What commands that train have: what is typed, what a run shows while it goes on, and what it
// leaves behind at its end.
#pragma once

#include <CLI/CLI.hpp>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
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

/// This rank's part of a run under mpirun; returns the exit status, which is the first rank's to
/// give. Throws on the first rank alone what all ranks have failed with; ends them all if one has
/// failed by itself. Built without MPI it throws OptionError, which says how to get it.
int run_distributed(const TrainArguments& command, const CLI::App& app);

/// A run on stderr, and in the log that was asked for.
class TrainDisplay final : public ProgressDisplay {
 public:
  /// Throws IoError if the log can't be made, OptionError for a time that is none.
  explicit TrainDisplay(const TrainArguments& command);

  void on_epoch(const EpochReport& report) override;
  void on_rate(const RateSearch& search) override;
  void on_scaling(const ScalingReport& report) override;
  void on_threads(const ThreadTrial& trial) override;
  bool checkpoint_due() override;
  /// One that can't be saved is said, and the run goes on.
  void on_checkpoint(const Checkpoint& checkpoint) override;

  /// Something to be seen however little is shown.
  void warn(const std::string& line);

  /// A line of the log.
  void write(const std::string& line);

  /// Throws IoError if a line of the log was lost. Asked at the end, when the model is saved.
  void require_log_written() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string path_;  // of the log
  std::ofstream log_;
  std::string checkpoint_;  // empty: none is wanted
  Clock::duration every_;
  Clock::time_point next_ = Clock::now() + every_;
};

/// Checks that what is to be written can be, and is none of the inputs, before a run of hours.
/// Throws OptionError, IoError.
void require_outputs(const TrainArguments& command);

/// The same of a command that leaves a report alone. Throws OptionError, IoError.
void require_report(const TrainArguments& command);

/// Reports what was measured on rows, and whether the user has ended it, so far as how_far says;
/// returns that. Throws IoError.
bool report_interrupted(const TrainArguments& command, const CLI::App& app, Section section,
                        const Dataset& data, const std::string& how_far);

/// Saves the model and says how the run ended; returns the exit status. Throws IoError, ModelError.
int conclude(const TrainResult& result, const TrainArguments& command, const TrainOptions& options,
             TrainDisplay& shown);

}  // namespace hogwild::cli
