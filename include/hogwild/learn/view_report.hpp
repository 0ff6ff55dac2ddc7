// How threads saw the parameters that they learnt.
#pragma once

#include <string>

#include "hogwild/core/types.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Whether each thread stepped weights of its own for the most frequent features.
struct ViewReport {
  Index own = 0;             ///< weights of which each thread has its own; 0: none
  double share_of_rows = 0;  ///< of all rows, those learnt by steps on own weights
  std::string reason{};      ///< why there are no own weights
};

}  // namespace hogwild
