// A feature by what it is called.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "data/formats/parser.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/feature_space.hpp"

namespace hogwild {

/// The plain number of the feature of that name: by hash, or by the dictionary. Nothing where
/// features are called by number, or for a name that the dictionary lacks. Where no feature of a
/// namespace is called "a^b", that is the name of one without.
inline std::optional<Index> feature_named(const FeatureSpace& space, std::string_view name) {
  if (space.hash_bits != 0) return hashed_index(hash_of_name(name), space.hash_bits);
  if (!space.names) return std::nullopt;
  const auto index = space.names->find(name);
  if (index || name.find('^') == name.npos) return index;
  std::string alone;
  append_name(alone, name);
  return space.names->find(alone);
}

/// The number in one space of the feature that another numbers `plain`, or nothing.
std::optional<Index> same_feature(const FeatureSpace& space, const FeatureSpace& from, Index plain);

/// The features of both spaces, those of `first` with their numbers there; nothing where the one
/// names features, or hashes them, and the other does not.
std::optional<FeatureSpace> union_of(const FeatureSpace& first, const FeatureSpace& second);

/// The same rows with features as a model's space numbers them, by name or number as the data file
/// has them; those that it lacks are left out and counted as Source::unknown_features. Throws
/// DataError where the one hashes features and the other does not, or not to as many.
Dataset in_space(const Dataset& data, const FeatureSpace& space);

/// Brings others, rows that go with the first ones, to the first's space. If one of both counts
/// features from 0, both do then.
void count_alike(Dataset& rows, Dataset& others);

/// Whether the first feature of the space occurs in rows.
bool has_index_zero(const Dataset& rows);

}  // namespace hogwild
