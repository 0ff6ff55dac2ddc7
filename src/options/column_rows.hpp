// The rows of the table of options that say how columns become features.
#pragma once

#include <vector>

#include "options/option.hpp"

namespace hogwild {

std::vector<Option> column_rows();

}  // namespace hogwild
