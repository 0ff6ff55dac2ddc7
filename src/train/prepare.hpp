// Rows as a run takes them: with numbers of classes for labels, and with class weights.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"

namespace hogwild {

using ClassWeights = std::vector<std::pair<std::string, float>>;

struct Prepared {
  Dataset data;
  TrainOptions options;  ///< without class weights: the rows have them
};

/// Checks the options and that the rows fit them, numbers the classes of both sets of rows and
/// weighs the training rows. What is prepared already stays as it is. Throws as train() does.
Prepared prepare(const Dataset& data, const TrainOptions& options);

/// The rows, each weighing as many times more as its label is to.
Dataset with_class_weights(const Dataset& data, const ClassWeights& weights);

}  // namespace hogwild
