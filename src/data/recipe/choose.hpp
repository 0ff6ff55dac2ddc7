// A recipe from what the user says and what the first rows have.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

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

}  // namespace hogwild
