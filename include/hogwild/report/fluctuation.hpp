// How the objective goes up and down from update to update, by few rows or by many: after figure 1
// of Ruder, An overview of gradient descent optimization algorithms, 2016.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/report/chart.hpp"
#include "hogwild/train/options.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// What updates by so many rows each did.
struct Fluctuation {
  std::uint64_t batch_size = 1;  ///< kFullBatch: all rows
  float learning_rate = 0;       ///< of all steps
  std::vector<double> losses;    ///< [updates + 1] mean loss of all rows, at first and after each

  /// How much of the way down was lost again: the sum of the rises over that of the falls.
  double rise() const noexcept;
};

/// Takes so many steps by sgd for each of the batch sizes, one train() each, at one learning rate:
/// options.learning_rate, or if that is absent the one that find_rate() finds for single rows. Rows
/// are taken in shuffled order. Of the options loss, rate, seed and class weights count. REQUIRES:
/// updates > 0. Throws as train() does.
std::vector<Fluctuation> fluctuations(const Dataset& data, const TrainOptions& options,
                                      std::span<const std::uint64_t> batch_sizes, int updates);

/// A curve for each.
Chart chart_of(const std::vector<Fluctuation>& fluctuations);

}  // namespace hogwild
