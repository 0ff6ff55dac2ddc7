// The units in which values are learnt.
#pragma once

#include "hogwild/core/types.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// In which units values are learnt. Models have the units of the file, and so have all losses.
enum class Scale {
  automatic,  ///< dense features and labels that are numbers have mean 0 and deviation 1 unless
              ///< they are near that already, and so do features whose scales have nothing in
              ///< common; weights of rows have mean 1
  none,       ///< as they are
  standard,   ///< dense features: mean 0, deviation 1; others: root mean square 1
  max,        ///< the largest size of a feature is 1
};

/// What was changed to other units while it was learnt: see Scale.
struct ScalingReport {
  Index scaled = 0;      ///< features that were multiplied
  Index centred = 0;     ///< of them, those whose mean was taken off
  bool labels = false;   ///< whether labels were
  bool weights = false;  ///< whether weights of rows were
};

}  // namespace hogwild
