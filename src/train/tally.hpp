// What the workers have done, for another thread to watch.
#pragma once

#include <cstdint>

#include "parallel/cell.hpp"
#include "parallel/cores.hpp"

namespace hogwild {

/// What workers have done in an epoch.
struct TallySum {
  std::uint64_t rows = 0;
  std::uint64_t nonzeros = 0;
  double loss = 0;
  double weight = 0;

  double mean_loss() const noexcept { return weight > 0 ? loss / weight : 0; }
};

/// The same of one worker. Written by the worker once a block, so relaxed stores of its own sums
/// are enough; on a line of its own.
struct alignas(kCacheLinePair) Tally {
  Cell<TallySum> sum = {};
};

}  // namespace hogwild
