// One run: epochs at one learning rate.
#pragma once

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace hogwild {

/// As train() does, without what surrounds it: the search for a rate, and refitting. Where the rate
/// is absent it is the rule's default.
TrainResult run(const Dataset& data, const TrainOptions& options, TrainObserver& observer);

}  // namespace hogwild
