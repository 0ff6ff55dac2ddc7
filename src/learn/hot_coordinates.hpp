// The coordinates that most steps are on, and how often they are.
#pragma once

#include <cstddef>
#include <vector>

#include "hogwild/core/types.hpp"

namespace hogwild {

/// Of the first coordinates, those of the most frequent features, as a sample of the rows has them.
struct HotCoordinates {
  Index hot = 0;  ///< how many of them are frequent enough for a worker to have its own
  std::vector<float> touched;  ///< the share of the rows that touch each; [hot] or longer
  std::vector<float> squares;  ///< the mean of x_j^2 over all rows; likewise

  float share_of_rows(std::size_t j) const noexcept { return j < touched.size() ? touched[j] : 0; }
  float square(std::size_t j) const noexcept { return j < squares.size() ? squares[j] : 0; }
};

}  // namespace hogwild
