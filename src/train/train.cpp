// What surrounds a run: the rate, backing off from one too large, refitting.
#include "hogwild/train/train.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "data/rows/hot_features.hpp"
#include "data/rows/named_feature.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/ranking.hpp"
#include "train/file_units.hpp"
#include "train/plan.hpp"
#include "train/prepare.hpp"
#include "train/run.hpp"
#include "train/run_state.hpp"
#include "train/search.hpp"

namespace hogwild {
namespace {

// The order of features that saves a run's epochs more time than sorting takes: all ranked for one
// thread, and for several that have views, or the hot ones alone. Measured on a million click rows,
// two cores: ranking all takes 0.2 s, and saves one thread 0.01 of 0.1 s an epoch; ranking the hot
// ones takes 0.09 s, and saves two threads 0.03 of 0.08 s where cores are near each other, and 0.35
// of 0.4 s where they are far apart. Where there are no views, threads are better off if hot
// features do not lie side by side: two learn 570 million non-zeros a second by sgd, and 380 of
// ranked rows.
Numbering good_numbering(const Dataset& data, const TrainOptions& options) {
  constexpr Offset kFewestNonzeros = 1'000'000;
  constexpr int kEpochsToRank = 25, kEpochsToRankHot = 2;
  // All epochs, however many of them are learnt now: a run that is resumed has the same order.
  const int epochs = options.epochs;
  const bool alone = options.threads == 1;
  if (data.nonzeros() < kFewestNonzeros || options.strategy != Strategy::hogwild ||
      (alone ? options.batch_size != 1
             : reason_for_one_view(options, options.threads).has_value())) {
    return Numbering::plain;
  }
  if (epochs >= kEpochsToRank) return Numbering::ranked;
  const std::size_t outputs = learns_classes(options) ? data.classes()->size() : 1;
  // All are hot enough as they are.
  const bool few = data.features().size * outputs <= Hotness::kMost;
  return !few && !alone && epochs >= kEpochsToRankHot ? Numbering::hot_first : Numbering::plain;
}

// A resumed run numbers features as it did before, whatever threads and cores it has now.
Dataset in_good_order(Dataset data, const TrainOptions& options) {
  const auto& before = options.resume_state;
  const bool known = before && before->numbering;
  const Numbering wanted = known ? *before->numbering : good_numbering(data, options);
  if (wanted == numbering_of(data.features()) &&
      (!known || before->hot == hot_of(data.features()))) {
    return data;
  }
  if (known && wanted == Numbering::hot_first && before->hot.empty()) {
    throw OptionError("resume",
                      "the checkpoint is of an earlier version, which numbered features "
                      "differently; start at its weights with --weights-only");
  }
  if (known) data = unranked(std::move(data));
  switch (wanted) {
    case Numbering::ranked:
      return ranked(std::move(data));
    case Numbering::hot_first:
      return known ? hot_first(std::move(data), before->hot) : hot_first(std::move(data));
    default:
      return data;
  }
}

// The features that are to come first in a parameter file which this run makes: whether they do is
// settled then for all processes, however many threads they have.
std::vector<Index> hot_to_share(const Dataset& rows, const TrainOptions& options) {
  if (reason_for_one_view(options, 0) || rows.features().plain().size <= Hotness::kMost) return {};
  return hot_features(rows);
}

// What was found for the run that is gone on from.
void take_over(const RunState& state, TrainOptions& options) {
  const auto made = [&](const std::string& option, const std::string& value) {
    return std::ranges::find(state.made_with, std::pair(option, value)) != state.made_with.end();
  };
  if (options.find_average && made("average", "true")) options.average = true;
  const bool rated = std::visit(
      [](const auto& rule) { return has_rate<std::decay_t<decltype(rule)>>; }, options.update_rule);
  if (rated && !options.learning_rate) options.learning_rate = state.learning_rate;
  if (float* const epsilon = epsilon_of_sum(options.update_rule);
      epsilon != nullptr && state.epsilon && options.find_epsilon && *epsilon == kEpsilonOfSum) {
    *epsilon = *state.epsilon;
  }
  if (options.refit_epochs == 0) options.refit_epochs = state.refit_epochs;
  if (options.threads == 0) options.threads = static_cast<int>(state.seen.size());
}

// A run that goes on from a model by the model's rule does so at its rate.
void take_over(const Model& model, const Dataset& rows, TrainOptions& options) {
  const Provenance& from = model.provenance();
  if (!searches_rate(options) || from.rule != name_of(options.update_rule)) return;
  options.learning_rate = from.learning_rate;
  if (float* const epsilon = epsilon_of_sum(options.update_rule);
      epsilon != nullptr && options.find_epsilon && *epsilon == kEpsilonOfSum) {
    *epsilon = epsilon_for(rows, options.batch_size);
  }
}

// Passes on what the second run, on all rows, has to tell.
class RefitObserver : public TrainObserver {
 public:
  RefitObserver(TrainObserver& observer, std::shared_ptr<const RunState> state)
      : observer_(observer), state_(std::move(state)) {}
  void on_progress(const Progress& progress) override { observer_.on_progress(progress); }
  void on_epoch(const EpochReport& report) override {
    EpochReport marked = report;
    marked.refit = true;
    observer_.on_epoch(marked);
  }
  bool stop_requested() override { return observer_.stop_requested(); }
  bool checkpoint_due() override { return observer_.checkpoint_due(); }
  void on_checkpoint(const Checkpoint& checkpoint) override {
    observer_.on_checkpoint({checkpoint.model, state_});
  }

 private:
  TrainObserver& observer_;
  std::shared_ptr<const RunState> state_;  // of the first run
};

// All rows, for as many epochs as were best. The first run's reason and reports stay.
void refit(const Dataset& data, TrainOptions options, TrainObserver& observer, TrainResult& result,
           const ClassWeights& classes) {
  Dataset all =
      concatenate(unranked(data), with_class_weights(unranked(*options.validation), classes));
  if (!options.difficulty.empty()) {
    for (const float difficulty : options.validation_difficulty) {
      options.difficulty.push_back(difficulty);
    }
  }
  options.validation.reset();
  options.early_stopping = 0;
  options.min_delta = 0;
  options.stop_after = options.refit_epochs > 0 ? options.refit_epochs : result.best_epoch;
  options.refit = false;
  options.refit_epochs = 0;
  options.keep_state = false;
  options.resume_state = nullptr;
  all = in_good_order(std::move(all), options);
  RefitObserver marking(observer, result.state);
  const TrainResult again = run(all, options, marking);
  result.refit_epochs = options.stop_after;
  result.seconds += again.seconds;
  if (again.reason == StopReason::epochs) {
    result.model = again.model;
  } else {
    result.reason = again.reason;
  }
}

}  // namespace

std::string_view name_of(StopReason reason) noexcept {
  static constexpr std::string_view kNames[]{"epochs", "early_stopping", "interrupted", "diverged"};
  return kNames[static_cast<std::size_t>(reason)];
}

TrainResult train(Dataset data, const TrainOptions& asked, TrainObserver& asking) {
  const ClassWeights classes = asked.class_weights;
  const auto prepared = [&] {
    if (asked.parameters.empty()) return prepare(data, asked);
    TrainOptions shared = asked;
    if (shared.validation) shared.validation = with_all_hashes(std::move(*shared.validation));
    return prepare(with_all_hashes(data), shared);
  };
  auto [rows, given] = prepared();
  data = {};  // whoever moved it in has no more use of it
  const Scaling scaling = scaling_for(rows, given);
  if (!scaling.changes_nothing()) {
    asking.on_scaling(scaling.report());
    rows = scaling.scaled(unranked(std::move(rows)));
  }
  const Model* const start = asked.resume ? &*asked.resume : nullptr;
  InFileUnits observer(asking, scaling, start);
  TrainOptions options = scaled(std::move(given), scaling, rows.features());
  if (!options.parameters.empty()) {
    take_over_from_file(options);
    rows = unranked(rows);
    options.keep_state = false;
  } else {
    rows = in_good_order(std::move(rows), options);
  }
  if (options.resume_state) take_over(*options.resume_state, options);
  if (options.resume) take_over(*options.resume, rows, options);
  const bool rate_is_open = searches_rate(options);
  int threads = options.threads;
  const auto run_once = [&](TrainOptions found) {
    found.threads = threads;
    if (is_worth_measuring(rows, found)) {
      const ThreadTrial trial = measure_threads(rows, found);
      observer.on_threads(trial);
      found.threads = threads = trial.threads;
    }
    if (options.parameters.empty()) return run(rows, found, observer);
    const LabelPair labels = has_two_labels(found) ? labels_of_run(rows, found) : LabelPair{};
    const FeatureSpace space = rows.features().plain();
    auto file = join_parameters(space, labels, hot_to_share(rows, found), found, rate_is_open);
    const FeatureSpace& shared = file->kind().features;
    if (space.size < shared.size) rows = in_space(rows, shared);
    rows = hot_first(std::move(rows), file->kind().hot);  // as other processes number the features
    return run(rows, found, observer, std::move(file));
  };
  // What diverges in parameters that others have too can't be begun again.
  TrainResult result =
      run_at_found_rate(rows, options, observer, options.parameters.empty(), run_once);
  const bool ended_well =
      result.reason == StopReason::epochs || result.reason == StopReason::early_stopping;
  options.threads = threads;
  if (options.refit && ended_well) refit(rows, options, observer, result, classes);
  return observer.restored(std::move(result));
}

}  // namespace hogwild
