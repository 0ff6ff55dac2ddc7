// A feature by what it is called.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/formats/parser.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/feature_space.hpp"

namespace hogwild {

/// The number in one space of the feature that another numbers `plain`, or nothing.
std::optional<Index> same_feature(const FeatureSpace& space, const FeatureSpace& from, Index plain);

/// The features of both spaces, those of `first` with their numbers there; nothing where the one
/// names features, or hashes them, and the other does not.
std::optional<FeatureSpace> union_of(const FeatureSpace& first, const FeatureSpace& second);

/// The same rows with features as a model's space numbers them, by name or number as the data file
/// has them; those that it lacks are left out and counted as Source::unknown_features. Throws
/// DataError where the one hashes features and the other does not, or not to as many. Hashes that
/// the space has no number for are left out, and not counted: their weights are zero.
Dataset in_space(const Dataset& data, const FeatureSpace& space);

/// The same rows, a feature's plain number being its hash: as the processes have it that share a
/// parameter file or are ranks. Throws OptionError for 32 bits.
Dataset with_all_hashes(Dataset rows);

/// The same rows, their hashes having numbers. REQUIRES: features are hashed.
Dataset with_numbered_hashes(Dataset rows);

/// Brings others, rows that go with the first ones, to the first's space. If one of both counts
/// features from 0, both do then.
void count_alike(Dataset& rows, Dataset& others);

/// Whether the first feature of the space occurs in rows.
bool has_index_zero(const Dataset& rows);

}  // namespace hogwild
