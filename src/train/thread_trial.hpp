// How many threads a run is fastest with.
#pragma once

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace hogwild {

/// Whether the number of threads is left open, and the run so long that measuring takes no
/// noticeable part of it. (Of a shorter one all cores are taken, as far as there are rows.)
bool is_worth_measuring(const Dataset& data, const TrainOptions& options);

/// Learns a part of the rows with one thread, and with all cores, half of them, a quarter and so on
/// as long as fewer are faster or may have own cells (kMostWithOwnCells); that takes about a
/// fiftieth of the run each time. More threads than one are chosen only if they were faster.
/// REQUIRES: options.learning_rate.
ThreadTrial measure_threads(const Dataset& data, const TrainOptions& options);

}  // namespace hogwild
