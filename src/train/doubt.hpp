// Whether rows teach anything, and what may be wrong with them if not.
#pragma once

#include <optional>
#include <string>

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"

namespace hogwild {

/// The least mean loss that one prediction for all the rows has; absent where it is not known.
std::optional<double> base_loss_of(const Dataset& rows, const TrainOptions& options);

/// What may be wrong with rows from which nothing is learnt.
std::string doubt_about(const Dataset& rows, const TrainOptions& options);

}  // namespace hogwild
