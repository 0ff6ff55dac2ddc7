// A recipe from what the user says and what the first rows have.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/recipe.hpp"

namespace hogwild {

/// A column of the first rows.
struct SampledColumn {
  std::string name;
  std::vector<std::string> values{};  ///< missing ones left out
  bool has_numbers = false;           ///< JSON numbers
  bool has_words = false;             ///< JSON texts: a column of these is no number
  bool has_lists = false;             ///< JSON arrays of words
};

struct ChosenRecipe {
  Recipe recipe;
  std::set<std::string> labels{};  ///< of the first rows
  bool labels_are_words = false;
};

/// Throws OptionError for columns that are not there,
/// with the nearest name, and for one that is given two roles; IoError for a file of stop words.
/// rows: how many there are.
ChosenRecipe choose_recipe(const ColumnOptions& options, const std::vector<SampledColumn>& columns,
                           std::size_t rows);

/// A recipe of the namespaces, or fields, of the first rows: which are used, and which are crossed.
/// Throws OptionError for one that is not there, and where none is left.
Recipe choose_namespaces(const ColumnOptions& options, const std::vector<std::string>& namespaces);

/// Whether a name stands for all that it matches: * for any text, ? for any character.
bool is_pattern(std::string_view name) noexcept;
bool matches(std::string_view text, std::string_view pattern);

/// The namespaces of features by name, each once, as they are met.
std::vector<std::string> namespaces_of(const FeatureNames& names);

}  // namespace hogwild
