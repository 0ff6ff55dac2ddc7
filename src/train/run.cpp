// Epochs: blocks from a feed to the descent, until they are done or something stops them.
#include "train/run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "feed/dataset_feed.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/core/version.hpp"
#include "learn/descent.hpp"
#include "model/layout.hpp"
#include "parallel/crew.hpp"
#include "parallel/meeting.hpp"
#include "train/divergence.hpp"
#include "train/found_epsilon.hpp"
#include "train/freeze.hpp"
#include "train/improvement.hpp"
#include "train/pacing.hpp"
#include "train/plan.hpp"
#include "train/run_state.hpp"
#include "train/starting.hpp"
#include "train/tally.hpp"

namespace hogwild {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::seconds kStateEvery{1};

// How rows that are held are dealt out.
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
    // It goes by what validation says, if it has the epochs to listen.
    rules.admits_by_validation = options.validation && options.epochs >= 2 * options.levels;
  }
  return rules;
}

class Run {
 public:
  Run(Feed& feed, const TrainPlan& plan, const Dataset& some, std::unique_ptr<Descent> descent,
      Company& company, const TrainOptions& options, TrainObserver& observer)
      : feed_(feed),
        plan_(plan),
        some_(some),
        company_(company),
        options_(options),
        observer_(observer),
        pacing_(options, plan_.learning_rate, feed.rows(), plan_.descent.batch),
        descent_(std::move(descent)),
        crew_(plan_.descent.workers, options.pin),
        tallies_(static_cast<std::size_t>(plan_.descent.workers)),
        seen_(tallies_.size()),
        meeting_(static_cast<std::uint32_t>(plan_.descent.workers)) {
    if (options.init > 0) start_at_random(*descent_, some, plan, options);
    // Of parameters that others have made, and learn into, the weights are theirs.
    if (options.resume && (!plan_.parameters || plan_.parameters->made())) {
      require_same_kind(*options.resume, feed.features(), plan);
      start_at(*descent_, *options.resume, feed.features(), plan);
    }
    if (options.resume_state || options.keep_state) made_with_ = made_with(options, plan, some);
    if (options.resume_state) go_on_from(*options.resume_state);
  }

  TrainResult operator()() {
    TrainResult result;
    result.learning_rate = plan_.learning_rate;
    result.threads = company_.threads(crew_.size());
    const int epochs =
        options_.stop_after > 0 ? std::min(options_.stop_after, options_.epochs) : options_.epochs;
    Improvement improvement(options_.min_delta);
    const RunState* const before = options_.resume_state.get();
    const bool at_zero = options_.init == 0 && !options_.resume && before == nullptr &&
                         (!plan_.parameters || plan_.parameters->made());
    company_.begin_epoch();  // all have started where they do
    std::optional<Model> best;
    Model last = at_zero ? zero_model(plan_, feed_.features(), provenance(0)) : frozen();
    double worst = 0, worst_valid = 0;
    if (before != nullptr) {
      worst = before->worst;
      worst_valid = before->worst_valid;
      best = before->best;
      result.epochs = before->epochs;
      for (const EpochReport& report : result.epochs) {
        improvement.note(report.epoch, report.valid_loss.value_or(report.train_loss));
      }
      const int last_epoch = static_cast<int>(result.epochs.size());
      if (has_waited_enough(improvement, last_epoch)) reason_ = StopReason::early_stopping;
    } else {
      worst = worst_loss(last, some_, at_zero);
      if (options_.validation) worst_valid = worst_loss(last, *options_.validation, at_zero);
    }
    for (epoch_ = static_cast<int>(result.epochs.size());
         epoch_ < epochs && reason_ == StopReason::epochs; ++epoch_) {
      company_.begin_epoch();
      learn_epoch();
      const TallySum own = total();
      const TallySum sum = company_.sum(own);
      own_visits_ += own.rows;
      visits_ += sum.rows;
      if (!(sum.mean_loss() <= worst)) reason_ = StopReason::diverged;
      reason_ = company_.agree(reason_);
      const bool whole = company_.all(feed_.dealt_out());
      pacing_.set_rows(feed_.rows());
      if (reason_ == StopReason::interrupted && whole && epoch_ + 1 == epochs) {
        reason_ = StopReason::epochs;  // too late to interrupt anything
      }
      if (reason_ == StopReason::diverged || !whole) break;
      EpochReport report{.epoch = epoch_ + 1,
                         .seconds = seconds_,
                         .rows = sum.rows,
                         .nonzeros = sum.nonzeros,
                         .train_loss = sum.mean_loss(),
                         .valid_loss = {},
                         .learning_rate = pacing_.rate(epoch_ + 1),
                         .threads = company_.threads(crew_.size())};
      const bool wanted = options_.validation || report.epoch < epochs;
      const Model model = wanted ? frozen() : Model();
      if (wanted && !is_finite(*descent_, pacing_.after(own_visits_), plan_, feed_.features())) {
        reason_ = StopReason::diverged;
      }
      if (options_.validation) {
        report.valid_loss = company_.mean_loss(model, *options_.validation);
        if (!(*report.valid_loss <= worst_valid)) reason_ = StopReason::diverged;
      }
      reason_ = company_.agree(reason_);
      if (reason_ == StopReason::diverged) break;
      if (options_.validation) {
        feed_.note_validation(*report.valid_loss);
        pacing_.note_validation(*report.valid_loss);
      }
      const double loss = report.valid_loss.value_or(report.train_loss);
      if (improvement.note(report.epoch, loss) && wanted) best = model;
      if (wanted) last = model;
      result.epochs.push_back(report);
      observer_.on_epoch(report);
      if (reason_ == StopReason::epochs && has_waited_enough(improvement, report.epoch)) {
        reason_ = StopReason::early_stopping;
      }
      // Taking it costs about as much as a quick epoch.
      if (options_.keep_state && Clock::now() - state_taken_ >= kStateEvery) {
        state_ = state(result.epochs, best, worst, worst_valid);
        state_taken_ = Clock::now();
      }
    }
    const bool keep_best = options_.early_stopping > 0 && best;
    if (reason_ != StopReason::diverged) {
      result.model = keep_best ? *best : frozen();
      if (!is_finite(result.model)) {
        reason_ = StopReason::diverged;
        if (!result.epochs.empty()) result.epochs.pop_back();
      }
    }
    if (reason_ == StopReason::diverged) result.model = keep_best ? *best : last;
    const bool between_epochs =
        reason_ == StopReason::epochs || reason_ == StopReason::early_stopping;
    if (options_.keep_state && between_epochs) {
      result.state = state(result.epochs, best, worst, worst_valid);
    } else if (reason_ == StopReason::interrupted) {
      result.state = state_;
    }
    company_.end_run();
    result.best_epoch = improvement.best_epoch();
    result.reason = reason_;
    result.threads_seen = threads_seen();
    result.views = views();
    result.seconds = seconds_;
    return result;
  }

 private:
  bool has_waited_enough(const Improvement& improvement, int epoch) const {
    return options_.early_stopping > 0 &&
           improvement.epochs_since(epoch) >= options_.early_stopping;
  }

  std::shared_ptr<const RunState> state(const std::vector<EpochReport>& epochs,
                                        const std::optional<Model>& best, double worst,
                                        double worst_valid) const {
    RunState state{.made_with = made_with_,
                   .learning_rate = plan_.learning_rate,
                   .epochs = epochs,
                   .numbering = numbering_of(some_.features()),
                   .hot = hot_of(some_.features()),
                   .threads = options_.threads,
                   .best = best,
                   .worst = worst,
                   .worst_valid = worst_valid,
                   .visits = visits_,
                   .seen = {seen_.begin(), seen_.end()},
                   .descent = descent_->state()};
    if (const float* const epsilon = epsilon_of_sum(options_.update_rule)) {
      state.epsilon = *epsilon;
    }
    return std::make_shared<const RunState>(std::move(state));
  }

  // What follows from the epochs behind it is gone through again: the plateau schedule's rate, and
  // what a curriculum admits.
  void go_on_from(const RunState& before) {
    require_same(before.made_with, made_with_);
    if (before.seen.size() != seen_.size() || !descent_->restore(before.descent)) {
      throw OptionError("resume", "the checkpoint is from another kind of run");
    }
    if (options_.keep_state) state_ = options_.resume_state;
    std::ranges::copy(before.seen, seen_.begin());
    own_visits_ = visits_ = before.visits;
    for (const EpochReport& report : before.epochs) {
      seconds_ = report.seconds;
      if (!report.valid_loss) continue;
      feed_.note_validation(*report.valid_loss);
      pacing_.note_validation(*report.valid_loss);
    }
  }

  void learn_epoch() {
    feed_.start_epoch(epoch_);
    for (Tally& tally : tallies_) tally.reset();
    const auto begin = Clock::now();
    const double before = seconds_;
    const auto watch = [&] {
      seconds_ = before + std::chrono::duration<double>(Clock::now() - begin).count();
      try {
        observe();
      } catch (...) {
        stop_.store(true, std::memory_order_relaxed);  // the crew ends its blocks, then rethrows
        throw;
      }
    };
    crew_.run([this](int worker) { work(worker); }, watch);
    watch();  // an epoch may be over before the first look
  }

  // On each worker: blocks until there are none, or until told to stop.
  void work(int worker) {
    if (plan_.descent.teamwork == Teamwork::together) return work_together(worker);
    // Relaxed: stop_ is a hint to end soon, and carries no data.
    while (!descent_->ends(stop_.load(std::memory_order_relaxed))) {
      const auto block = feed_.next(worker);
      if (!block) break;
      Offset& seen = seen_[static_cast<std::size_t>(worker)];
      learn(worker, *block, share_of(seen, *block));
      seen += block->rows.size();
    }
    descent_->settle(worker);
  }

  // The same, all workers learning the same blocks.
  void work_together(int worker) {
    for (;;) {
      // Workers that are together stop at the same block, or some would wait for ever: the last to
      // arrive decides for all.
      meeting_.meet([this] { halt_ = stop_.load(std::memory_order_relaxed); });
      const auto block = halt_ ? std::nullopt : feed_.next(worker);
      if (!block) break;
      learn(worker, *block, 1);
    }
    descent_->settle(worker);
  }

  void learn(int worker, const Block& block, float share) {
    Pace pace = pacing_.at(epoch_, block.begin);
    pace.share = share;
    const LossSum sum = descent_->learn(worker, block.rows, pace);
    Tally& tally = tallies_[static_cast<std::size_t>(worker)];
    if (plan_.descent.teamwork == Teamwork::none || worker == 0) {
      std::uint64_t nonzeros = 0;
      for (const SparseRow& row : block.rows) nonzeros += row.nonzeros();
      Tally::add(tally.rows, static_cast<std::uint64_t>(block.rows.size()));
      Tally::add(tally.nonzeros, nonzeros);
    }
    Tally::add(tally.loss, sum.loss);
    Tally::add(tally.weight, sum.weight);
  }

  // Rows seen by all threads / rows seen by this one, counting half of the block at hand: the ratio
  // is then right on average over the block, and 1 for a thread that is alone.
  float share_of(Offset seen, const Block& block) const {
    if (plan_.descent.state == StatePlacement::shared || crew_.size() == 1) return 1;
    const double half = static_cast<double>(block.rows.size()) / 2;
    const double by_all =
        static_cast<double>(static_cast<Offset>(epoch_) * feed_.rows() + block.begin) + half;
    return static_cast<float>(std::max(1.0, by_all / (static_cast<double>(seen) + half)));
  }

  void observe() {
    const TallySum own = total();
    if (!std::isfinite(own.loss)) {
      stop(StopReason::diverged);
    } else if (observer_.stop_requested()) {
      stop(StopReason::interrupted);
    } else if (company_.stop_requested()) {
      stop_.store(true, std::memory_order_relaxed);
    }
    const TallySum sum = company_.sum_so_far(own);
    if (sum.weight > 0) shown_loss_ = sum.mean_loss();
    if (plan_.parameters) {
      plan_.parameters->beat(own_visits_ + own.rows - told_);
      told_ = own_visits_ + own.rows;
      // Their numbers of threads are not known; they are taken to be one each.
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
    stop_.store(true, std::memory_order_relaxed);
    company_.request_stop();
  }

  // Of all members in an epoch.
  Offset rows() const { return company_.rows(feed_.rows()); }

  TallySum total() const {
    TallySum sum;
    for (const Tally& tally : tallies_) {
      sum.rows += tally.rows.load(std::memory_order_relaxed);
      sum.nonzeros += tally.nonzeros.load(std::memory_order_relaxed);
      sum.loss += tally.loss.load(std::memory_order_relaxed);
      sum.weight += tally.weight.load(std::memory_order_relaxed);
    }
    return sum;
  }

  // Workers that are together all have a part in every row.
  int threads_seen() const {
    if (plan_.descent.teamwork == Teamwork::together) return own_visits_ > 0 ? crew_.size() : 0;
    return static_cast<int>(std::ranges::count_if(seen_, [](Offset rows) { return rows > 0; }));
  }

  ViewReport views() const {
    ViewReport report = descent_->views();
    if (report.own > 0 || !report.reason.empty()) return report;
    if (crew_.size() == 1) {
      report.reason = "one thread learns";
    } else if (auto reason = reason_for_one_view(options_, crew_.size())) {
      report.reason = *reason;
    } else {
      report.reason = "no feature is frequent enough, or features are not in order of frequency";
    }
    return report;
  }

  // The weights as they are, after rows of an epoch that has not ended: this member's, and all.
  Model frozen(std::uint64_t own = 0, std::uint64_t all = 0) const {
    return freeze(*descent_, pacing_.after(own_visits_ + own), plan_, feed_.features(),
                  provenance(visits_ + all));
  }

  Provenance provenance(std::uint64_t visits) const {
    return {.version = kVersion,
            .rule = std::string(name_of(options_.update_rule)),
            .learning_rate = plan_.learning_rate,
            .schedule = std::string(name_of(options_.schedule)),
            .l1 = options_.l1,
            .l2 = options_.l2,
            .threads = company_.threads(plan_.descent.workers),
            .seed = options_.seed,
            .rows = rows(),
            .visits = visits};
  }

  Feed& feed_;
  const TrainPlan& plan_;
  const Dataset& some_;
  Company& company_;
  const TrainOptions& options_;
  TrainObserver& observer_;
  Pacing pacing_;
  std::unique_ptr<Descent> descent_;
  Crew crew_;
  std::vector<Tally> tallies_;  // [workers]
  std::vector<Offset> seen_;    // [workers] rows learnt over all epochs, each its worker's own
  std::atomic<bool> stop_{false};
  int epoch_ = 0;  // being learnt, from 0
  StopReason reason_ = StopReason::epochs;
  std::uint64_t visits_ = 0;      // rows learnt in the epochs before this one, by all
  std::uint64_t own_visits_ = 0;  // and by this member
  std::uint64_t told_ = 0;        // of those, to whom learns into the same parameters
  double seconds_ = 0;
  double shown_loss_ = 0;                  // a step on all rows tells nothing until it is made
  MadeWith made_with_;                     // if a state is kept or gone on from
  std::shared_ptr<const RunState> state_;  // taken at the end of an earlier epoch; null until then
  Clock::time_point state_taken_{};
  bool halt_ = false;  // changes only where all workers wait
  Meeting meeting_;
};

}  // namespace

TrainResult run(Feed& feed, const TrainPlan& plan, const Dataset& some, const TrainOptions& options,
                TrainObserver& observer) {
  Company alone;
  return Run(feed, plan, some, make_descent(plan.descent), alone, options, observer)();
}

TrainResult run(const Dataset& data, const TrainPlan& plan, std::unique_ptr<Descent> descent,
                Company& company, const TrainOptions& options, TrainObserver& observer) {
  DatasetFeed feed(data, dealing_rules(data, options, plan));
  return Run(feed, plan, data, std::move(descent), company, options, observer)();
}

TrainResult run(const Dataset& data, const TrainOptions& options, TrainObserver& observer,
                std::shared_ptr<ParameterFile> into) {
  TrainPlan plan = plan_training(data, options);
  if (into) plan.learn_into(std::move(into));
  DatasetFeed feed(data, dealing_rules(data, options, plan));
  return run(feed, plan, data, options, observer);
}

}  // namespace hogwild
