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

/// Whether the weights are finite now. Looks at those that may not be zero alone.
bool is_finite(const Descent& descent, Pace now, const TrainPlan& plan,
               const FeatureSpace& features);

/// All weights zero.
Model zero_model(const TrainPlan& plan, const FeatureSpace& features, Provenance provenance);

}  // namespace hogwild
