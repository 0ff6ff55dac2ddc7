// How people write numbers.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "hogwild/data/recipe.hpp"

namespace hogwild {

/// The number that the value is, if it is no more than that.
std::optional<float> number_written(std::string_view value, NumberNotation notation);

bool are_numbers(std::span<const std::string> values, NumberNotation notation);

/// The notation in which most values are numbers; of several the first.
NumberNotation likeliest_notation(std::span<const std::string> values);

/// As files have them.
std::span<const std::pair<NumberNotation, std::string_view>> notations() noexcept;

}  // namespace hogwild
