// What a training run shows while it goes on, and leaves behind at its end.
#pragma once

#include <chrono>
#include <fstream>
#include <string>

#include "cli/progress.hpp"
#include "cli/train_arguments.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace hogwild::cli {

/// A run on stderr, and in the log that was asked for.
class TrainDisplay {
 public:
  /// Throws IoError if the log can't be made, OptionError for a time that is none.
  TrainDisplay(ProgressDisplay& display, const TrainArguments& command);

  void progress(const Progress& progress) { display_.training(progress); }
  void epoch(const EpochReport& report);
  void rate(const RateSearch& search);
  void threads(const ThreadTrial& trial);

  /// Something to be seen however little is shown.
  void warn(const std::string& line);

  /// Whether a checkpoint is wanted now.
  bool checkpoint_due() const;

  /// Saves one; one that can't be saved is said, and the run goes on.
  void checkpoint(const Checkpoint& checkpoint);

  /// A line of the log.
  void write(const std::string& line);

  /// Throws IoError if a line of the log was lost. Asked at the end, when the model is saved.
  void require_log_written() const;

 private:
  using Clock = std::chrono::steady_clock;

  ProgressDisplay& display_;
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

/// Saves the model and says how the run ended; returns the exit status. Throws IoError, ModelError.
int conclude(const TrainResult& result, const TrainArguments& command, const TrainOptions& options,
             TrainDisplay& shown, ProgressDisplay& display);

}  // namespace hogwild::cli
