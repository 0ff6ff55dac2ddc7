// When a run has diverged.
#pragma once

#include "hogwild/data/dataset.hpp"
#include "hogwild/model/model.hpp"

namespace hogwild {

/// The loss above which a run has diverged, ten times that at its start, which is no accident: of
/// rows from all over the data, enough of them to know the loss. From a start at zero features
/// change nothing. Infinite if there is nothing to compare with.
double worst_loss(const Model& start, const Dataset& data, bool at_zero);

}  // namespace hogwild
