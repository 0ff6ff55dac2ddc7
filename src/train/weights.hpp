// Weights being learnt to a model.
#pragma once

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/feature_space.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/options.hpp"
#include "learn/descent.hpp"
#include "train/plan.hpp"

namespace hogwild {

/// The weights as they are now.
Model freeze(const Weights& trained, Pace now, const TrainPlan& plan, const FeatureSpace& features,
             Provenance provenance);

/// Whether the weights are finite now. Looks at those that may not be zero alone.
bool is_finite(const Weights& trained, Pace now, const TrainPlan& plan,
               const FeatureSpace& features);

/// All weights zero.
Model zero_model(const TrainPlan& plan, const FeatureSpace& features, Provenance provenance);

/// Lets the weights of the features that rows hold start at random: see TrainOptions::init.
/// Features that no row to be learnt holds stay at zero: nothing would ever move them.
void start_at_random(Weights& weights, const Dataset& rows, const TrainPlan& plan,
                     const TrainOptions& options);

/// Lets all weights start at a model's, whose features are those of a space by what the data calls
/// them. Features that the model lacks start at zero.
void start_at(Weights& weights, const Model& model, const FeatureSpace& features,
              const TrainPlan& plan);

/// Throws OptionError where a model can't go on learning from such data as options say.
void require_same_kind(const Model& model, const FeatureSpace& features, const TrainPlan& plan);

}  // namespace hogwild
