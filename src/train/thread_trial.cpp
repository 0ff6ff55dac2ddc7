#include "train/search.hpp"

#include <algorithm>

#include "learn/coordinates.hpp"
#include "parallel/cores.hpp"
#include "train/run.hpp"

namespace hogwild {
namespace {

// Learnt twice, of which the second time counts: threads take a while to get going, own weights
// above all. Of fewer rows it tells nothing.
constexpr Offset kPartOfRun = 100;
constexpr int kEpochs = 2;
constexpr Offset kFewestRows = 100'000;
constexpr Offset kFewestNonzeros = 2'000'000;
// Some tenths of a second, in which nobody asks whether to stop; more tell no more.
constexpr Offset kMostNonzeros = 20'000'000;

int epochs_of(const TrainOptions& options) {
  return options.stop_after > 0 ? std::min(options.stop_after, options.epochs) : options.epochs;
}

// Rows of a trial.
Offset rows_to_try(const Dataset& data, const TrainOptions& options) {
  const auto all = data.rows() * static_cast<Offset>(epochs_of(options));
  const auto rows_of = [&](Offset nonzeros) {
    return std::max<Offset>(1, nonzeros * data.rows() / std::max<Offset>(1, data.nonzeros()));
  };
  const Offset fewest = std::max(rows_of(kFewestNonzeros), kFewestRows);
  const Offset wanted = std::min(all / kPartOfRun, rows_of(kMostNonzeros));
  return std::min(std::max(wanted, fewest), data.rows());
}

}  // namespace

bool is_worth_measuring(const Dataset& data, const TrainOptions& options) {
  if (options.threads != 0 || cores() == 1 || options.order == RowOrder::curriculum) return false;
  if (options.strategy == Strategy::deterministic || options.batch_size != 1) return false;
  const Offset all = data.rows() * static_cast<Offset>(epochs_of(options));
  const Offset some = rows_to_try(data, options);
  if (some * kPartOfRun / 2 > all) return false;
  for (Offset i = 0; i < some; ++i) {
    if (data.row(i).weight > 0) return true;
  }
  return false;
}

ThreadTrial measure_threads(const Dataset& data, const TrainOptions& options) {
  const Dataset part = data.first(rows_to_try(data, options));  // a copy would take its memory
  TrainOptions trial = options;
  trial.epochs = kEpochs;
  trial.stop_after = 0;
  trial.early_stopping = 0;
  trial.min_delta = 0;
  trial.refit = false;
  trial.refit_epochs = 0;
  trial.validation.reset();

  ThreadTrial found;
  const auto measure = [&](int threads) -> double {
    trial.threads = threads;
    const TrainResult result = run(part, trial, silent_observer);
    if (result.epochs.size() < kEpochs) return 0.0;  // diverged: the run will say so
    const EpochReport& last = result.epochs.back();
    const double seconds = last.seconds - result.epochs.front().seconds;
    const double speed = static_cast<double>(last.nonzeros) / std::max(1e-9, seconds);
    found.trials.push_back({threads, speed});
    return speed;
  };
  const double alone = measure(1);
  double best = 0;
  int fastest = 1;
  for (int threads = cores(); threads > 1; threads /= 2) {
    const double speed = measure(threads);
    if (speed > best) {
      best = speed;
      fastest = threads;
    } else if (threads <= kMostWithOwnCells) {
      break;
    }
  }
  found.threads = best > alone ? fastest : 1;
  std::ranges::sort(found.trials, {}, &ThreadTrial::Speed::threads);
  return found;
}

}  // namespace hogwild
