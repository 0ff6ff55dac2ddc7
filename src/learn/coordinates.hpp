// Where the parameters of a model are in one array.
#pragma once

#include <cstddef>

#include "hogwild/core/types.hpp"

namespace hogwild {

/// Where everything is: output k of feature j is coordinate j * outputs + k, then come the outputs'
/// biases, then batch norm's gamma - 1 and beta.
struct Coordinates {
  Index features = 0;
  Index outputs = 1;

  Index weight(Index feature, Index output = 0) const noexcept {
    return feature * outputs + output;
  }
  Index bias(Index output = 0) const noexcept { return features * outputs + output; }
  Index gamma() const noexcept { return bias(outputs); }
  Index beta() const noexcept { return gamma() + 1; }
  std::size_t size(bool norm = false) const noexcept {
    return (std::size_t{features} + 1) * outputs + (norm ? 2 : 0);
  }
};

}  // namespace hogwild
