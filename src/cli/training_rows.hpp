// The rows that a command trains on, and those it validates on.
#pragma once

#include "cli/progress.hpp"
#include "cli/train_arguments.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild::cli {

/// Whether the arguments name rows to validate on.
bool has_validation(const TrainArguments& arguments, const CLI::App& command);

/// Reads the data, says what was read, and puts the validation rows and the rows' difficulties, if
/// there are to be any, into options. Throws as read() and difficulty_of() do.
Dataset read_training_rows(const TrainArguments& arguments, const CLI::App& command,
                           TrainOptions& options, ProgressDisplay& display);

}  // namespace hogwild::cli
