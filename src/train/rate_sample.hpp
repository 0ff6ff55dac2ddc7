// The rows on which learning rates are tried.
#pragma once

#include <optional>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/options.hpp"

namespace hogwild {

/// Some of the rows of a run, with the features that occur in them numbered from 0: a trial's cost
/// is that of its rows, however large the space they are in.
struct RateSample {
  Dataset learnt;
  Dataset held_out;               ///< validation rows, or others of the data
  std::vector<float> difficulty;  ///< [learnt rows], if it was given
  std::optional<Model> start;     ///< options.resume, with the sample's features
  int epochs = 1;                 ///< of a trial
};

/// Several splits of the rows where these are few; none where they are too few to tell one rate
/// from another. The samples are a function of rows, options and seed.
std::vector<RateSample> take_rate_samples(const Dataset& data, const TrainOptions& options);

}  // namespace hogwild
