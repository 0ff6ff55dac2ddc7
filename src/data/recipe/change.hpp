// What numbers are made before they are learnt; the only registry of changes. A new one is a word
// in Change and a row in change.cpp.
#pragma once

#include <span>
#include <string_view>

#include "hogwild/data/recipe.hpp"

namespace hogwild {

struct NumberChange {
  Change change;
  std::string_view name;
  float (*apply)(const Column& column, float value);
};

std::span<const NumberChange> number_changes() noexcept;

/// The change of that name, or null.
const NumberChange* change_named(std::string_view name) noexcept;

/// A number of the column as it is learnt.
float changed(const Column& column, float value) noexcept;

}  // namespace hogwild
