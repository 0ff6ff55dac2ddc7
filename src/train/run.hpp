// One run: epochs at one learning rate.
#pragma once

#include "feed/feed.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
#include "train/plan.hpp"

namespace hogwild {

/// As train() does, without what surrounds it: the search for a rate, and refitting. Where the rate
/// is absent it is the rule's default.
TrainResult run(const Dataset& data, const TrainOptions& options, TrainObserver& observer);

/// The same with rows from a feed, by a plan. some: rows of the feed, enough of them to know the
/// loss at the start. Also throws what the feed does.
TrainResult run(Feed& feed, const TrainPlan& plan, const Dataset& some, const TrainOptions& options,
                TrainObserver& observer);

}  // namespace hogwild
