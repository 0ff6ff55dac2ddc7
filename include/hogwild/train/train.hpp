// Training, from rows to a model.
#pragma once

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Learns a linear model by lock-free stochastic steps on one shared array of atomic parameters
/// (Niu, Recht, Re, Wright, "Hogwild!", NIPS 2011). With one thread the result is a function of
/// data and options alone, bit for bit.
///
/// Throws OptionError for options out of range; ParseError or DataError where the labels do not fit
/// the loss; std::bad_alloc; and whatever the observer throws. Divergence and interruption are not
/// errors: see TrainResult::reason. Starts options.threads threads and joins them; calls from
/// several threads at once are independent.
TrainResult train(Dataset data, const TrainOptions& options = {},
                  TrainObserver& observer = silent_observer);

}  // namespace hogwild
