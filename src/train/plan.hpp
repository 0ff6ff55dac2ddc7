// Options and data to the decisions of a run.
#pragma once

#include <memory>
#include <utility>

#include "hogwild/data/dataset.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/train/options.hpp"
#include "learn/descent.hpp"

namespace hogwild {

struct TrainPlan {
  DescentPlan descent;                          ///< how to learn
  std::shared_ptr<ParameterFile> parameters{};  ///< that are learnt into, or null
  float learning_rate = 0;
  Offset block_multiple = 1;  ///< rows that must not be torn apart
  LabelPair labels;           ///< where there are two
  ClassNames classes{};       ///< where the labels are numbers of classes

  void learn_into(std::shared_ptr<ParameterFile> file) {
    descent.cells = {file, file->cells()};
    parameters = std::move(file);
  }
};

/// Whether labels are a pair, and become -1 and +1.
bool has_two_labels(const TrainOptions& options) noexcept;

/// Whether several threads may have replicas of hot features, if the data has such (see
/// learn/hot_replicas.hpp).
bool suits_hot_replicas(const TrainOptions& options) noexcept;

/// Checks that the rows' labels, weights and difficulties fit the options, before anything is spent
/// on them. Throws OptionError, ParseError, DataError.
void require_learnable(const Dataset& data, const TrainOptions& options);

/// Checks the options and decides. Throws OptionError, ParseError, DataError.
TrainPlan plan_training(const Dataset& data, const TrainOptions& options);

/// The same for rows that are but a part of those to be learnt, and may be none: labels are those
/// of all rows, as the data has them.
TrainPlan plan_part(const Dataset& data, const TrainOptions& options);

}  // namespace hogwild
