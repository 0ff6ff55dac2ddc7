// What surrounds a run: the rate, backing off from one too large, refitting.
#include "hogwild/train/train.hpp"

#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

#include "hogwild/train/tune.hpp"
#include "train/prepare.hpp"
#include "train/run.hpp"

namespace hogwild {
namespace {

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
  const Dataset all = concatenate(data, with_class_weights(*options.validation, classes));
  if (!options.difficulty.empty()) {
    options.difficulty.insert(options.difficulty.end(), options.validation_difficulty.begin(),
                              options.validation_difficulty.end());
  }
  options.validation.reset();
  options.early_stopping = 0;
  options.stop_after = result.best_epoch;
  options.refit = false;
  RefitObserver marking(observer);
  const TrainResult again = run(all, options, marking);
  result.seconds += again.seconds;
  if (again.reason == StopReason::epochs) {
    result.model = again.model;
  } else {
    result.reason = again.reason;
  }
}

bool searches_rate(const TrainOptions& options) {
  return !options.learning_rate &&
         std::visit([](const auto& rule) { return has_rate<std::decay_t<decltype(rule)>>; },
                    options.update_rule);
}

// A rate that was right for the sample may still be too large for a longer run.
constexpr int kMostBackingOff = 8;
constexpr float kBackingOff = 1.0f / 3;

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

TrainResult train(const Dataset& data, const TrainOptions& options) {
  TrainObserver silent;
  return train(data, options, silent);
}

TrainResult train(const Dataset& asked_data, const TrainOptions& asked, TrainObserver& observer) {
  const ClassWeights classes = asked.class_weights;
  const auto [data, prepared] = prepare(asked_data, asked);
  TrainOptions options = prepared;
  std::optional<RateSearch> search;
  if (searches_rate(options)) {
    search = find_rate(data, options, [&] { return observer.stop_requested(); });
    if (search->interrupted) {
      TrainResult result;
      result.reason = StopReason::interrupted;
      result.rate_search = std::move(search);
      return result;
    }
    options.learning_rate = search->rate;
    if (search->epsilon) std::get<Adagrad>(options.update_rule).epsilon = *search->epsilon;
    observer.on_rate(*search);
  }
  TrainResult result = run(data, options, observer);
  while (search && result.reason == StopReason::diverged && search->backed_off < kMostBackingOff) {
    ++search->backed_off;
    search->rate *= kBackingOff;
    options.learning_rate = search->rate;
    observer.on_rate(*search);
    result = run(data, options, observer);
  }
  result.rate_search = std::move(search);
  const bool ended_well =
      result.reason == StopReason::epochs || result.reason == StopReason::early_stopping;
  if (options.refit && ended_well) refit(data, options, observer, result, classes);
  return result;
}

}  // namespace hogwild
