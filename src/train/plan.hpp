// Options and data to the decisions of a run.
#pragma once

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "learn/descent.hpp"

namespace hogwild {

struct TrainPlan {
  DescentPlan descent;  ///< its penalty_scale is given away when the descent is made
  float learning_rate = 0;
  LabelPair labels;  ///< where the loss is binary
};

/// Checks the options and decides. Throws OptionError, ParseError, DataError.
TrainPlan plan_training(const Dataset& data, const TrainOptions& options);

}  // namespace hogwild
