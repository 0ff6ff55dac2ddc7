// Rows in another feature space.
#pragma once

#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// The same rows with features as a model's space numbers them, by name or number as the data file
/// has them; those that it lacks are left out and counted as Source::unknown_features. Throws
/// DataError where the one hashes features and the other does not, or not to as many.
Dataset in_space(const Dataset& data, const FeatureSpace& space);

}  // namespace hogwild
