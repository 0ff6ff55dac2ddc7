// The rows that a command trains on, and those it validates on.
#pragma once

#include <optional>

#include "cli/progress.hpp"
#include "cli/train_arguments.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/row_stream.hpp"

namespace hogwild::cli {

/// Whether validation rows were asked for.
bool has_validation(const TrainArguments& arguments, const CLI::App& command);

/// Reads the rows, and what else of the options needs them: validation rows and difficulties.
Dataset read_training_rows(const TrainArguments& arguments, const CLI::App& command,
                           TrainOptions& options, ProgressDisplay& display);

/// Rows to train on: one of the two.
struct TrainingRows {
  std::optional<RowStream> stream;  ///< to be learnt as they are read
  std::optional<Dataset> data;      ///< held
};

/// The same, but for rows that are better learnt as they are read; says which and why.
TrainingRows take_training_rows(const TrainArguments& arguments, const CLI::App& command,
                                TrainOptions& options, ProgressDisplay& display);

}  // namespace hogwild::cli
