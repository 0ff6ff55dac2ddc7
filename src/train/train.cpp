// What surrounds a run: the rate, backing off from one too large, refitting.
#include "hogwild/train/train.hpp"

#include <algorithm>
#include <string_view>
#include <utility>

#include "hogwild/data/ranking.hpp"
#include "train/prepare.hpp"
#include "train/run.hpp"
#include "train/search.hpp"
#include "train/thread_trial.hpp"

namespace hogwild {
namespace {

// Whether the epochs of a run save more by ranked features than ranking them takes.
bool is_worth_ranking(const Dataset& data, const TrainOptions& options) {
  constexpr Offset kFewestNonzeros = 1'000'000;
  // Measured on a million click rows: ranking takes 0.24 s on two cores; of an epoch on one thread
  // it saves 0.01 of 0.1 s, on two 0.03 of 0.08 s, and far more where cores are far apart.
  const int fewest_epochs = options.threads == 1 ? 25 : 8;
  const int epochs =
      options.stop_after > 0 ? std::min(options.stop_after, options.epochs) : options.epochs;
  return epochs >= fewest_epochs && data.nonzeros() >= kFewestNonzeros &&
         options.strategy == Strategy::hogwild && options.batch_size == 1;
}

// Passes on what the second run, on all rows, has to tell.
class RefitObserver : public TrainObserver {
 public:
  explicit RefitObserver(TrainObserver& observer) : observer_(observer) {}
  void on_progress(const Progress& progress) override { observer_.on_progress(progress); }
  void on_epoch(const EpochReport& report) override {
    EpochReport marked = report;
    marked.refit = true;
    observer_.on_epoch(marked);
  }
  bool stop_requested() override { return observer_.stop_requested(); }

 private:
  TrainObserver& observer_;
};

// All rows, for as many epochs as were best. The first run's reason and reports stay.
void refit(const Dataset& data, TrainOptions options, TrainObserver& observer, TrainResult& result,
           const ClassWeights& classes) {
  Dataset all =
      concatenate(unranked(data), with_class_weights(unranked(*options.validation), classes));
  if (!options.difficulty.empty()) {
    options.difficulty.insert(options.difficulty.end(), options.validation_difficulty.begin(),
                              options.validation_difficulty.end());
  }
  options.validation.reset();
  options.early_stopping = 0;
  options.stop_after = result.best_epoch;
  options.refit = false;
  if (is_worth_ranking(all, options)) all = ranked(std::move(all));
  RefitObserver marking(observer);
  const TrainResult again = run(all, options, marking);
  result.seconds += again.seconds;
  if (again.reason == StopReason::epochs) {
    result.model = again.model;
  } else {
    result.reason = again.reason;
  }
}

}  // namespace

std::string_view name_of(StopReason reason) noexcept {
  switch (reason) {
    case StopReason::early_stopping:
      return "early_stopping";
    case StopReason::interrupted:
      return "interrupted";
    case StopReason::diverged:
      return "diverged";
    default:
      return "epochs";
  }
}

TrainResult train(Dataset data, const TrainOptions& options) {
  TrainObserver silent;
  return train(std::move(data), options, silent);
}

TrainResult train(Dataset data, const TrainOptions& asked, TrainObserver& observer) {
  const ClassWeights classes = asked.class_weights;
  auto [rows, options] = prepare(data, asked);
  data = {};  // whoever moved it in has no more use of it
  if (is_worth_ranking(rows, options)) rows = ranked(std::move(rows));
  int threads = options.threads;
  const auto run_once = [&](TrainOptions found) {
    found.threads = threads;
    if (is_worth_measuring(rows, found)) {
      const ThreadTrial trial = measure_threads(rows, found);
      observer.on_threads(trial);
      found.threads = threads = trial.threads;
    }
    return run(rows, found, observer);
  };
  TrainResult result = run_at_found_rate(rows, options, observer, true, run_once);
  const bool ended_well =
      result.reason == StopReason::epochs || result.reason == StopReason::early_stopping;
  options.threads = threads;
  if (options.refit && ended_well) refit(rows, options, observer, result, classes);
  return result;
}

}  // namespace hogwild
