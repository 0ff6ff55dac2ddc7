// A feature by what it is called.
#pragma once

#include <optional>
#include <string_view>

#include "data/formats/parser.hpp"
#include "hogwild/data/feature_space.hpp"

namespace hogwild {

/// The plain number of the feature of that name: by hash, or by the dictionary. Nothing where
/// features are called by number, or for a name that the dictionary lacks.
inline std::optional<Index> feature_named(const FeatureSpace& space, std::string_view name) {
  if (space.hash_bits != 0) return hashed_index(hash_of_name(name), space.hash_bits);
  return space.names ? space.names->find(name) : std::nullopt;
}

}  // namespace hogwild
