// One run: epochs at one learning rate.
#pragma once

#include <memory>

#include "feed/feed.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"
#include "train/collectives.hpp"
#include "train/plan.hpp"

namespace hogwild {

/// As train() does, without what surrounds it: the search for a rate, and refitting. Where the rate
/// is absent it is the rule's default. into: parameters of the rows' features and options' kind, or
/// null.
TrainResult run(const Dataset& data, const TrainOptions& options, TrainObserver& observer,
                std::shared_ptr<ParameterFile> into = nullptr);

/// The same with rows from a feed, by a plan. some: rows of the feed, enough of them to know the
/// loss at the start. Also throws what the feed does.
TrainResult run(Feed& feed, const TrainPlan& plan, const Dataset& some, const TrainOptions& options,
                TrainObserver& observer);

/// One member's part of a run in company: it learns the data's rows by a descent that knows of the
/// others'. All members' results are equal but for the threads seen.
TrainResult run(const Dataset& data, const TrainPlan& plan, std::unique_ptr<Descent> descent,
                Collectives& collectives, const TrainOptions& options, TrainObserver& observer);

}  // namespace hogwild
