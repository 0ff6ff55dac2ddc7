// Weights being learnt to a model.
#pragma once

#include "hogwild/data/feature_space.hpp"
#include "hogwild/model/model.hpp"
#include "learn/descent.hpp"
#include "train/plan.hpp"

namespace hogwild {

/// The weights as they are now.
Model freeze(const Descent& descent, Pace now, const TrainPlan& plan, const FeatureSpace& features,
             Provenance provenance);

/// All weights zero.
Model zero_model(const TrainPlan& plan, const FeatureSpace& features, Provenance provenance);

}  // namespace hogwild
