// Epochs: blocks from the feeder to the descent, until they are done or something stops them.
#include "hogwild/train/train.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <utility>
#include <variant>

#include "feed/feeder.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "learn/descent.hpp"
#include "parallel/crew.hpp"
#include "parallel/zeroed_array.hpp"
#include "train/improvement.hpp"
#include "train/plan.hpp"
#include "train/tally.hpp"

namespace hogwild {
namespace {

using Clock = std::chrono::steady_clock;

class Run {
 public:
  Run(const Dataset& data, const TrainOptions& options, TrainObserver& observer)
      : data_(data),
        options_(options),
        observer_(observer),
        plan_(plan_training(data, options)),
        binary_(std::visit([](const auto& loss) { return loss.kBinary; }, options.loss)),
        feeder_(data, options.order == RowOrder::shuffle ? Order::shuffle : Order::sequential,
                options.seed),
        descent_(make_descent(given_away(plan_.descent))),
        crew_(plan_.descent.workers),
        tallies_(static_cast<std::size_t>(plan_.descent.workers)),
        seen_(tallies_.size()) {}

  TrainResult operator()() {
    TrainResult result;
    result.learning_rate = plan_.learning_rate;
    result.threads = crew_.size();
    const int epochs =
        options_.stop_after > 0 ? std::min(options_.stop_after, options_.epochs) : options_.epochs;
    Improvement improvement(options_.min_delta);
    Model best;
    for (epoch_ = 0; epoch_ < epochs && reason_ == StopReason::epochs; ++epoch_) {
      learn_epoch();
      const TallySum sum = total();
      visits_ += sum.rows;
      if (!std::isfinite(sum.mean_loss())) reason_ = StopReason::diverged;
      const bool whole = sum.rows == data_.rows();
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
                         .learning_rate = rate_at(epoch_ + 1),
                         .threads = crew_.size()};
      Model model;
      if (options_.validation) {
        model = freeze();
        report.valid_loss = mean_loss(model, *options_.validation);
        anneal(*report.valid_loss);
      }
      const double loss = report.valid_loss.value_or(report.train_loss);
      if (improvement.note(report.epoch, loss)) best = model;
      result.epochs.push_back(report);
      observer_.on_epoch(report);
      if (options_.early_stopping > 0 && reason_ == StopReason::epochs &&
          improvement.epochs_since(report.epoch) >= options_.early_stopping) {
        reason_ = StopReason::early_stopping;
      }
    }
    const bool keep_best = options_.early_stopping > 0 && improvement.best_epoch() > 0;
    result.model = keep_best ? best : freeze();
    const auto finite = [](float w) { return std::isfinite(w); };
    if (!finite(result.model.bias()) || !std::ranges::all_of(result.model.weights(), finite)) {
      reason_ = StopReason::diverged;
    }
    result.best_epoch = improvement.best_epoch();
    result.reason = reason_;
    result.seconds = seconds_;
    return result;
  }

 private:
  // The plan for the descent to keep; its penalty_scale is as large as the parameters, so it moves.
  static DescentPlan given_away(DescentPlan& plan) {
    std::vector<float> scale = std::exchange(plan.penalty_scale, {});
    DescentPlan given = plan;
    given.penalty_scale = std::move(scale);
    return given;
  }

  float rate_at(double progress) const {
    const double factor =
        std::visit([&](const auto& schedule) { return schedule.factor(progress, options_.epochs); },
                   options_.schedule);
    const double warmth = options_.warm_up > 0 ? std::min(1.0, progress / options_.warm_up) : 1;
    return static_cast<float>(static_cast<double>(plan_.learning_rate) * factor * warmth *
                              annealed_);
  }

  // The plateau schedule: a rate that no longer lowers the validation loss is too large.
  void anneal(double valid_loss) {
    const auto* const plateau = std::get_if<Plateau>(&options_.schedule);
    if (plateau != nullptr && last_valid_loss_ &&
        !(valid_loss < *last_valid_loss_ * (1 - plateau->threshold))) {
      annealed_ *= plateau->decay;
    }
    last_valid_loss_ = valid_loss;
  }

  void learn_epoch() {
    feeder_.start_epoch(epoch_);
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
    Tally& tally = tallies_[static_cast<std::size_t>(worker)];
    Offset& seen = seen_[static_cast<std::size_t>(worker)];
    std::vector<SparseRow> rows;
    // Relaxed: stop_ is a hint to end soon, and carries no data.
    while (!stop_.load(std::memory_order_relaxed)) {
      const auto ticket = feeder_.next();
      if (!ticket) return;
      feeder_.rows_of(*ticket, rows);
      std::uint64_t nonzeros = 0;
      for (SparseRow& row : rows) {
        if (binary_) row.label = plan_.labels.sign(row.label);
        nonzeros += row.nonzeros();
      }
      const double progress = feeder_.progress(*ticket);
      const LossSum sum =
          descent_->learn(worker, rows, {rate_at(progress), share_of(seen, progress, rows.size())});
      seen += rows.size();
      Tally::add(tally.rows, static_cast<std::uint64_t>(rows.size()));
      Tally::add(tally.nonzeros, nonzeros);
      Tally::add(tally.loss, sum.loss);
      Tally::add(tally.weight, sum.weight);
    }
  }

  // Rows seen by all threads / rows seen by this one, counting half of the block at hand: the ratio
  // is then right on average over the block, and 1 for a thread that is alone.
  float share_of(Offset seen, double progress, std::size_t block) const {
    if (plan_.descent.state == StatePlacement::shared || crew_.size() == 1) return 1;
    const double half = static_cast<double>(block) / 2;
    const double by_all = progress * static_cast<double>(data_.rows()) + half;
    return static_cast<float>(std::max(1.0, by_all / (static_cast<double>(seen) + half)));
  }

  void observe() {
    const TallySum sum = total();
    if (!std::isfinite(sum.loss)) {
      stop(StopReason::diverged);
    } else if (observer_.stop_requested()) {
      stop(StopReason::interrupted);
    }
    observer_.on_progress({.epoch = epoch_ + 1,
                           .epochs = options_.epochs,
                           .rows_done = visits_ + sum.rows,
                           .rows_total = data_.rows() * static_cast<Offset>(options_.epochs),
                           .train_loss = sum.mean_loss(),
                           .seconds = seconds_});
  }

  void stop(StopReason reason) {
    reason_ = reason;
    stop_.store(true, std::memory_order_relaxed);
  }

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

  Model freeze() const {
    const Provenance provenance{.version = kVersion,
                                .rule = std::string(name_of(options_.update_rule)),
                                .learning_rate = plan_.learning_rate,
                                .schedule = std::string(name_of(options_.schedule)),
                                .l1 = options_.l1,
                                .l2 = options_.l2,
                                .threads = plan_.descent.workers,
                                .seed = options_.seed,
                                .rows = data_.rows(),
                                .visits = visits_};
    const Index features = plan_.descent.features;
    const auto weights = shared_zeroed_array<float>(features);
    descent_->copy_weights({weights.get(), features});
    return Model(data_.features(), weights, descent_->weight(features), options_.loss, plan_.labels,
                 provenance);
  }

  const Dataset& data_;
  const TrainOptions& options_;
  TrainObserver& observer_;
  TrainPlan plan_;
  const bool binary_;
  Feeder feeder_;
  std::unique_ptr<Descent> descent_;
  Crew crew_;
  std::vector<Tally> tallies_;  // [workers]
  std::vector<Offset> seen_;    // [workers] rows learnt over all epochs, each its worker's own
  std::atomic<bool> stop_{false};
  int epoch_ = 0;  // being learnt, from 0
  StopReason reason_ = StopReason::epochs;
  std::uint64_t visits_ = 0;  // rows learnt in the epochs before this one
  double seconds_ = 0;
  double annealed_ = 1;  // what the plateau schedule has made of the rate
  std::optional<double> last_valid_loss_;
};

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
void refit(const Dataset& data, TrainOptions options, TrainObserver& observer,
           TrainResult& result) {
  const Dataset all = concatenate(data, *options.validation);
  options.validation.reset();
  options.early_stopping = 0;
  options.stop_after = result.best_epoch;
  options.refit = false;
  RefitObserver marking(observer);
  const TrainResult again = Run(all, options, marking)();
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

TrainResult train(const Dataset& data, const TrainOptions& options) {
  TrainObserver silent;
  return train(data, options, silent);
}

TrainResult train(const Dataset& data, const TrainOptions& options, TrainObserver& observer) {
  TrainResult result = Run(data, options, observer)();
  const bool ended_well =
      result.reason == StopReason::epochs || result.reason == StopReason::early_stopping;
  if (options.refit && ended_well) refit(data, options, observer, result);
  return result;
}

}  // namespace hogwild
