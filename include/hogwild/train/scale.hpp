// The same training with different numbers of threads.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// What one number of threads came to, over all rounds.
struct ScalePoint {
  int threads = 0;                 ///< asked for
  int threads_seen = 0;            ///< that learnt at least one row, fewest of a round
  std::vector<double> seconds{};   ///< of training, one a round, ascending
  double nonzeros_per_second = 0;  ///< learnt, in the median round
  double speedup = 0;              ///< median seconds of the first number of threads / of this
  double efficiency = 0;           ///< speedup / how many times the first number of threads this is
  double loss = 0;                 ///< validation loss after the last epoch, mean of the rounds

  /// REQUIRES: at least one round.
  double median_seconds() const noexcept {
    const std::size_t n = seconds.size();
    return (seconds[(n - 1) / 2] + seconds[n / 2]) / 2;
  }
};

/// Trains with each number of threads in turn, `rounds` times over, so that a machine that gets
/// slower does so for all of them. Before, one run with the first number warms up, and finds the
/// rate for all if options leave it open. Validation rows are options.validation, which must be
/// there, and options.threads is not looked at. When the observer asks to stop, the rounds that
/// were finished count; if there is none, nothing is returned. A run that diverges has an infinite
/// loss. REQUIRES: threads is not empty and all are > 0, rounds > 0. Throws as train() does.
std::vector<ScalePoint> measure_scaling(const Dataset& data, const TrainOptions& options,
                                        std::span<const int> threads, int rounds,
                                        TrainObserver& observer);

}  // namespace hogwild
