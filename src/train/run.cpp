// The epochs of a run: blocks go from a feed to the descent until all epochs are done, or the run
// is stopped.
#include "train/run.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "feed/dataset_feed.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/version.hpp"
#include "learn/descent.hpp"
#include "train/pacing.hpp"
#include "train/plan.hpp"
#include "train/run_state.hpp"
#include "train/search.hpp"
#include "train/stopping.hpp"
#include "train/weights.hpp"
#include "train/workers.hpp"

namespace hogwild {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStateEvery{1};

// How the rows of a data set in memory are handed out.
DealingRules dealing_rules(const Dataset& data, const TrainOptions& options,
                           const TrainPlan& plan) {
  DealingRules rules{.order = options.order,
                     .seed = options.seed,
                     .multiple = plan.block_multiple,
                     .workers = plan.descent.workers,
                     .same_for_all = plan.descent.teamwork == Teamwork::together,
                     .whole = options.batch_size == kFullBatch,
                     .epochs = options.epochs};
  if (has_two_labels(options)) rules.labels = plan.labels;
  if (options.order == RowOrder::curriculum) {
    std::vector<float> difficulty = options.difficulty;
    for (Offset i = 0; difficulty.size() < data.rows(); ++i) {
      difficulty.push_back(static_cast<float>(data.row(i).nonzeros()));
    }
    rules.curriculum.emplace(options.curriculum, options.levels, difficulty);
    // The validation loss decides which levels are admitted, if there are enough epochs for it.
    rules.admits_by_validation = options.validation && options.epochs >= 2 * options.levels;
  }
  return rules;
}

class Run {
 public:
  Run(Feed& feed, const TrainPlan& plan, const Dataset& some, std::unique_ptr<Descent> descent,
      Collectives& collectives, const TrainOptions& options, TrainObserver& observer)
      : feed_(feed),
        plan_(plan),
        some_(some),
        collectives_(collectives),
        options_(options),
        observer_(observer),
        pacing_(options, plan_.learning_rate, feed.rows(), plan_.descent.batch),
        descent_(std::move(descent)),
        workers_(feed, *descent_, plan, pacing_, options.pin) {
    if (options.init > 0) start_at_random(*descent_, some, plan, options);
    // If another process made the parameter file, its weights are kept: others learn into them.
    if (options.resume && (!plan_.parameters || plan_.parameters->made())) {
      require_same_kind(*options.resume, feed.features(), plan);
      start_at(*descent_, *options.resume, feed.features(), plan);
      if (collectives.is_alone()) start_at_squares(*descent_, *options.resume, some, plan);
      learnt_before_ = options.resume->provenance().visits;
    }
    if (options.resume_state || options.keep_state) made_with_ = made_with(options, plan, some);
    if (options.resume_state) go_on_from(*options.resume_state);
  }

  TrainResult operator()() {
    const int epochs =
        options_.stop_after > 0 ? std::min(options_.stop_after, options_.epochs) : options_.epochs;
    collectives_.begin_epoch();  // waits until all members have set their initial weights
    History history = begun();
    if (history.has_waited_enough()) reason_ = StopReason::early_stopping;
    for (epoch_ = static_cast<int>(history.epochs().size());
         epoch_ < epochs && reason_ == StopReason::epochs; ++epoch_) {
      collectives_.begin_epoch();
      learn_epoch();
      if (!note_epoch(history, epochs)) break;
      // Taking it costs about as much as a quick epoch.
      if (options_.keep_state && Clock::now() - state_taken_ >= kStateEvery) {
        state_ = state(history);
        state_taken_ = Clock::now();
      }
    }
    return result(history);
  }

 private:
  History begun() const {
    if (const auto& before = options_.resume_state) {
      // In the checkpoint the features of the best model are by hash.
      const FeatureSpace space = feed_.features().plain();
      std::optional<Model> best = before->best;
      if (best && best->features().hashes) best = renumbered(*best, space);
      return {frozen(), *before, std::move(best), options_};
    }
    const bool at_zero =
        options_.init == 0 && !options_.resume && (!plan_.parameters || plan_.parameters->made());
    return {at_zero ? zero_model(plan_, feed_.features(), provenance(0)) : frozen(), at_zero, some_,
            options_};
  }

  // Notes the results of an epoch. Returns whether it was complete and did not diverge.
  bool note_epoch(History& history, int epochs) {
    const TallySum own = workers_.total();
    const TallySum sum = collectives_.sum(own);
    own_visits_ += own.rows;
    visits_ += sum.rows;
    if (history.has_diverged(sum.mean_loss())) reason_ = StopReason::diverged;
    reason_ = collectives_.agree(reason_);
    const bool whole = collectives_.all(feed_.dealt_out());
    pacing_.set_rows(feed_.rows());
    if (reason_ == StopReason::interrupted && whole && epoch_ + 1 == epochs) {
      reason_ = StopReason::epochs;  // too late to interrupt anything
    }
    if (reason_ == StopReason::diverged || !whole) return false;
    EpochReport report{.epoch = epoch_ + 1,
                       .seconds = seconds_,
                       .rows = sum.rows,
                       .nonzeros = sum.nonzeros,
                       .train_loss = sum.mean_loss(),
                       .valid_loss = {},
                       .learning_rate = pacing_.rate(epoch_ + 1),
                       .threads = collectives_.threads(workers_.size())};
    std::optional<Model> model;
    if (options_.validation || report.epoch < epochs) {
      bool finite = true;
      model = frozen(0, 0, &finite);
      if (!finite) reason_ = StopReason::diverged;
    }
    if (options_.validation) {
      report.valid_loss = collectives_.mean_loss(*model, *options_.validation);
      if (history.has_diverged_on_validation(*report.valid_loss)) reason_ = StopReason::diverged;
    }
    reason_ = collectives_.agree(reason_);
    if (reason_ == StopReason::diverged) return false;
    note_validation(report);
    history.note(report, model);
    observer_.on_epoch(report);
    if (reason_ == StopReason::epochs && history.has_waited_enough()) {
      reason_ = StopReason::early_stopping;
    }
    return true;
  }

  void note_validation(const EpochReport& report) {
    if (!report.valid_loss) return;
    feed_.note_validation(*report.valid_loss);
    pacing_.note_validation(*report.valid_loss);
  }

  TrainResult result(History& history) {
    TrainResult result;
    const Model* const kept = history.kept();
    if (reason_ != StopReason::diverged) {
      bool finite = true;  // a kept model was checked when it was noted
      result.model = kept != nullptr ? *kept : frozen(0, 0, &finite);
      if (!finite) {
        reason_ = StopReason::diverged;
        if (!history.epochs().empty()) history.drop_last();
      }
    }
    if (reason_ == StopReason::diverged) result.model = kept != nullptr ? *kept : history.last();
    const bool between_epochs =
        reason_ == StopReason::epochs || reason_ == StopReason::early_stopping;
    if (options_.keep_state && between_epochs) {
      result.state = state(history);
    } else if (reason_ == StopReason::interrupted) {
      result.state = state_;
    }
    collectives_.end_run();
    result.epochs = history.epochs();
    result.learning_rate = plan_.learning_rate;
    result.threads = collectives_.threads(workers_.size());
    result.best_epoch = history.best_epoch();
    result.reason = reason_;
    result.threads_seen = workers_.that_learnt(own_visits_);
    result.views = views();
    result.seconds = seconds_;
    return result;
  }

  std::shared_ptr<const RunState> state(const History& history) const {
    RunState state{.made_with = made_with_,
                   .learning_rate = plan_.learning_rate,
                   .refit_epochs = options_.refit_epochs,
                   .numbering = numbering_of(some_.features()),
                   .hot = hot_of(some_.features()),
                   .threads = options_.threads,
                   .visits = visits_,
                   .seen = {workers_.seen().begin(), workers_.seen().end()},
                   .descent = descent_->state()};
    history.store_in(state);
    if (const float* const epsilon = epsilon_of_sum(options_.update_rule)) {
      state.epsilon = *epsilon;
    }
    return std::make_shared<const RunState>(std::move(state));
  }

  // Continues a run. The validation losses of its earlier epochs are noted again, since the plateau
  // schedule's rate and the levels that a curriculum admits follow from them.
  void go_on_from(const RunState& before) {
    require_same(before.made_with, made_with_);
    if (options_.average && !before.counts_by_time) {
      throw OptionError("resume",
                        "the checkpoint is of an earlier version, which averaged weights "
                        "differently; start at its weights with --weights-only");
    }
    if (before.seen.size() != workers_.seen().size() || !descent_->restore(before.descent)) {
      throw OptionError("resume", "the checkpoint is from another kind of run");
    }
    if (options_.keep_state) state_ = options_.resume_state;
    std::ranges::copy(before.seen, workers_.seen().begin());
    own_visits_ = visits_ = before.visits;
    for (const EpochReport& report : before.epochs) {
      seconds_ = report.seconds;
      note_validation(report);
    }
  }

  void learn_epoch() {
    const auto begin = Clock::now();
    const double before = seconds_;
    workers_.learn_epoch(epoch_, [&] {
      seconds_ = before + std::chrono::duration<double>(Clock::now() - begin).count();
      observe();
    });
  }

  void observe() {
    const TallySum own = workers_.total();
    if (!std::isfinite(own.loss)) {
      stop(StopReason::diverged);
    } else if (observer_.stop_requested()) {
      stop(StopReason::interrupted);
    } else if (collectives_.stop_requested()) {
      workers_.stop();
    }
    const TallySum sum = collectives_.sum_so_far(own);
    if (sum.weight > 0) shown_loss_ = sum.mean_loss();
    if (plan_.parameters) {
      plan_.parameters->beat(own_visits_ + own.rows - told_);
      told_ = own_visits_ + own.rows;
      // The number of threads of another process is not known; one thread is assumed.
      const auto writers = static_cast<int>(plan_.parameters->writers().size());
      plan_.others->store(std::max(0, writers - 1), std::memory_order_relaxed);
    }
    observer_.on_progress({.epoch = epoch_ + 1,
                           .epochs = options_.epochs,
                           .rows_done = visits_ + sum.rows,
                           .rows_total = rows() * static_cast<Offset>(options_.epochs),
                           .train_loss = shown_loss_,
                           .seconds = seconds_});
    if (observer_.checkpoint_due()) observer_.on_checkpoint({frozen(own.rows, sum.rows), state_});
  }

  void stop(StopReason reason) {
    reason_ = reason;
    workers_.stop();
    collectives_.request_stop();
  }

  // Of all members in an epoch.
  Offset rows() const { return collectives_.rows(feed_.rows()); }

  ViewReport views() const {
    ViewReport report = descent_->views();
    if (report.own > 0 || !report.reason.empty()) return report;
    if (workers_.size() == 1) {
      report.reason = "one thread learns";
    } else if (auto reason = reason_for_one_view(options_, workers_.size())) {
      report.reason = *reason;
    } else {
      report.reason = "no feature is frequent enough, or features are not in order of frequency";
    }
    return report;
  }

  // A model of the current weights. own and all: how many rows of an epoch that has not ended this
  // member, and all members together, have learnt.
  Model frozen(std::uint64_t own = 0, std::uint64_t all = 0, bool* finite = nullptr) const {
    return freeze(*descent_, pacing_.after(own_visits_ + own), plan_, feed_.features(),
                  provenance(visits_ + all), finite);
  }

  Provenance provenance(std::uint64_t visits) const {
    return {.version = kVersion,
            .rule = std::string(name_of(options_.update_rule)),
            .learning_rate = plan_.learning_rate,
            .schedule = std::string(name_of(options_.schedule)),
            .l1 = options_.l1,
            .l2 = options_.l2,
            .threads = collectives_.threads(plan_.descent.workers),
            .seed = options_.seed,
            .rows = rows(),
            .visits = learnt_before_ + visits};
  }

  Feed& feed_;
  const TrainPlan& plan_;
  const Dataset& some_;
  Collectives& collectives_;
  const TrainOptions& options_;
  TrainObserver& observer_;
  Pacing pacing_;
  std::unique_ptr<Descent> descent_;
  Workers workers_;
  int epoch_ = 0;  // being learnt, from 0
  StopReason reason_ = StopReason::epochs;
  std::uint64_t learnt_before_ = 0;  // by the model that the run goes on from
  std::uint64_t visits_ = 0;         // rows learnt in the epochs before this one, by all
  std::uint64_t own_visits_ = 0;     // and by this member
  std::uint64_t told_ = 0;           // own rows that were reported to the parameter file
  double seconds_ = 0;
  double shown_loss_ = 0;                  // last known loss: a full-batch step has one at its end
  MadeWith made_with_;                     // if a state is kept or gone on from
  std::shared_ptr<const RunState> state_;  // taken at the end of an earlier epoch; null until then
  Clock::time_point state_taken_{};
};

}  // namespace

TrainResult run(Feed& feed, const TrainPlan& plan, const Dataset& some, const TrainOptions& options,
                TrainObserver& observer) {
  Collectives alone;
  return Run(feed, plan, some, make_descent(plan.descent), alone, options, observer)();
}

TrainResult run(const Dataset& data, const TrainPlan& plan, std::unique_ptr<Descent> descent,
                Collectives& collectives, const TrainOptions& options, TrainObserver& observer) {
  DatasetFeed feed(data, dealing_rules(data, options, plan));
  return Run(feed, plan, data, std::move(descent), collectives, options, observer)();
}

namespace {

// A row of weight N becomes N rows (the mean weight is 1): its step is
// then taken as far as it helps, not as many times as far. A curriculum's difficulties are by row.
// Of 40,000 rows 40 of the other label, which weigh 1,000: area under the curve 0.46 in one step
// each, 0.81 so. Source of the aim: Karampatziakis and Langford, Online importance weight aware
// updates, UAI 2011.
Dataset in_light_rows(const Dataset& data, const TrainOptions& options) {
  if (!data.has_weights() || options.order == RowOrder::curriculum ||
      options.scale == Scale::none) {
    return data;
  }
  std::vector<Offset> rows;
  Array<float> weights;
  for (Offset i = 0; i < data.rows(); ++i) {
    const float weight = data.row(i).weight;
    const float parts = std::max(1.0f, std::floor(weight));
    rows.insert(rows.end(), static_cast<std::size_t>(parts), i);
    for (float k = 0; k < parts; ++k) weights.push_back(weight / parts);
  }
  if (rows.size() == data.rows()) return data;
  return data.select(rows).with_weights(std::move(weights));
}

}  // namespace

TrainResult run(const Dataset& rows, const TrainOptions& options, TrainObserver& observer,
                std::shared_ptr<ParameterFile> into) {
  const Dataset data = into ? rows : in_light_rows(rows, options);
  TrainPlan plan = plan_training(data, options);
  if (into) plan.learn_into(std::move(into));
  DatasetFeed feed(data, dealing_rules(data, options, plan));
  return run(feed, plan, data, options, observer);
}

}  // namespace hogwild
