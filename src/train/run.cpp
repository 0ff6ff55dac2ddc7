// Epochs: blocks from the feeder to the descent, until they are done or something stops them.
#include "train/run.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <limits>
#include <new>
#include <optional>
#include <utility>

#include "feed/curriculum.hpp"
#include "feed/feeder.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "learn/descent.hpp"
#include "parallel/crew.hpp"
#include "parallel/meeting.hpp"
#include "train/freeze.hpp"
#include "train/improvement.hpp"
#include "train/pacing.hpp"
#include "train/plan.hpp"
#include "train/tally.hpp"

namespace hogwild {
namespace {

using Clock = std::chrono::steady_clock;

// A loss this many times that of the start is no accident.
constexpr double kDivergence = 10;

// A stream of random numbers, apart from that of orders.
constexpr std::uint64_t kStarting = 0x696e6974;

class Run {
 public:
  Run(const Dataset& data, const TrainOptions& options, TrainObserver& observer)
      : data_(data),
        options_(options),
        observer_(observer),
        plan_(plan_training(data, options)),
        binary_(has_two_labels(options)),
        pacing_(options, plan_.learning_rate, data.rows(), plan_.descent.batch),
        feeder_(data, options.order, options.seed, plan_.block_multiple),
        descent_(make_descent(plan_.descent)),
        crew_(plan_.descent.workers),
        tallies_(static_cast<std::size_t>(plan_.descent.workers)),
        seen_(tallies_.size()),
        meeting_(static_cast<std::uint32_t>(plan_.descent.workers)) {
    if (options.init > 0) start_at_random();
    if (options.order == RowOrder::curriculum) {
      curriculum_.emplace(options.curriculum, options.levels,
                          options.difficulty.empty() ? nonzeros_of_rows() : options.difficulty);
    }
    if (options.batch_size == kFullBatch) {
      for (Offset i = 0; i < data.rows(); ++i) all_rows_.push_back(signed_row(data.row(i)));
    }
  }

  TrainResult operator()() {
    TrainResult result;
    result.learning_rate = plan_.learning_rate;
    result.threads = crew_.size();
    const int epochs =
        options_.stop_after > 0 ? std::min(options_.stop_after, options_.epochs) : options_.epochs;
    Improvement improvement(options_.min_delta);
    Model best,
        last = options_.init > 0 ? frozen() : zero_model(plan_, data_.features(), provenance());
    const double worst = worst_loss(last, data_);
    const double worst_valid = options_.validation ? worst_loss(last, *options_.validation) : 0;
    for (epoch_ = 0; epoch_ < epochs && reason_ == StopReason::epochs; ++epoch_) {
      learn_epoch();
      const TallySum sum = total();
      visits_ += sum.rows;
      if (!(sum.mean_loss() <= worst)) reason_ = StopReason::diverged;
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
                         .learning_rate = pacing_.rate(epoch_ + 1),
                         .threads = crew_.size()};
      const bool wanted = options_.validation || report.epoch < epochs;
      const Model model = wanted ? frozen() : Model();
      if (options_.validation) {
        report.valid_loss = mean_loss(model, *options_.validation);
        if (!(*report.valid_loss <= worst_valid)) {
          reason_ = StopReason::diverged;
          break;
        }
        if (last_valid_loss_ && !(*report.valid_loss < *last_valid_loss_)) ++admitted_;
        last_valid_loss_ = report.valid_loss;
        pacing_.note_validation(*report.valid_loss);
      }
      const double loss = report.valid_loss.value_or(report.train_loss);
      if (improvement.note(report.epoch, loss) && wanted) best = model;
      if (wanted) last = model;
      result.epochs.push_back(report);
      observer_.on_epoch(report);
      if (options_.early_stopping > 0 && reason_ == StopReason::epochs &&
          improvement.epochs_since(report.epoch) >= options_.early_stopping) {
        reason_ = StopReason::early_stopping;
      }
    }
    const bool keep_best = options_.early_stopping > 0 && improvement.best_epoch() > 0;
    if (reason_ != StopReason::diverged) {
      result.model = keep_best ? best : frozen();
      if (!is_finite(result.model)) {
        reason_ = StopReason::diverged;
        if (!result.epochs.empty()) result.epochs.pop_back();
      }
    }
    if (reason_ == StopReason::diverged) result.model = keep_best ? best : last;
    result.best_epoch = improvement.best_epoch();
    result.reason = reason_;
    result.threads_seen = threads_seen();
    result.seconds = seconds_;
    return result;
  }

 private:
  static bool is_finite(const Model& model) {
    const auto finite = [](float w) { return std::isfinite(w); };
    return std::ranges::all_of(model.biases(), finite) &&
           std::ranges::all_of(model.weights(), finite);
  }

  // The loss at which a run has diverged: of rows from all over the data, enough of them to know
  // the loss at the start.
  static double worst_loss(const Model& start, const Dataset& data) {
    constexpr Offset kEnough = 10'000;
    const Offset stride = std::max<Offset>(1, data.rows() / kEnough);
    std::vector<Offset> rows;
    for (Offset i = 0; i < data.rows(); ++i) {
      if ((i % stride == 0 || rows.empty()) && data.row(i).weight > 0) rows.push_back(i);
    }
    const double loss = mean_loss(start, data.select(rows));
    return loss > 0 ? kDivergence * loss : std::numeric_limits<double>::infinity();
  }

  // Features that no row to be learnt holds stay at zero: nothing would ever move them.
  void start_at_random() {
    for (Offset i = 0; i < data_.rows(); ++i) {
      if (data_.row(i).weight == 0) continue;
      for (const Index j : data_.row(i).indices) {
        for (Index k = 0; k < plan_.descent.outputs; ++k) {
          const Index coordinate = j * plan_.descent.outputs + k;
          const double normal = Random(options_.seed, kStarting, coordinate).normal();
          descent_->start(coordinate, options_.init * static_cast<float>(normal));
        }
      }
    }
  }

  SparseRow signed_row(SparseRow row) const {
    if (binary_) row.label = plan_.labels.sign(row.label);
    return row;
  }

  std::vector<float> nonzeros_of_rows() const {
    std::vector<float> nonzeros;
    for (Offset i = 0; i < data_.rows(); ++i) {
      nonzeros.push_back(static_cast<float>(data_.row(i).nonzeros()));
    }
    return nonzeros;
  }

  // A curriculum admits by what validation says, if it has the epochs to listen.
  bool admits_by_validation() const {
    return options_.validation && options_.epochs >= 2 * options_.levels;
  }

  // The level up to which rows are admitted at a visit of this epoch.
  int admitted_at(Offset visit) const {
    if (admits_by_validation()) return admitted_;
    const double progress = epoch_ + static_cast<double>(visit) / static_cast<double>(data_.rows());
    return 1 + static_cast<int>(2 * curriculum_->levels() * progress / options_.epochs);
  }

  void learn_epoch() {
    if (curriculum_) {
      const auto admitted = [this](Offset visit) { return admitted_at(visit); };
      feeder_.start_epoch(epoch_, curriculum_->order(options_.seed, epoch_, admitted));
    } else {
      feeder_.start_epoch(epoch_);
    }
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
    std::vector<SparseRow> rows;
    // Relaxed: stop_ is a hint to end soon, and carries no data.
    while (!stop_.load(std::memory_order_relaxed)) {
      const auto ticket = feeder_.next();
      if (!ticket) return;
      take_rows(*ticket, rows);
      Offset& seen = seen_[static_cast<std::size_t>(worker)];
      learn(worker, rows, ticket->begin, share_of(seen, *ticket));
      seen += rows.size();
    }
  }

  // The same, all workers learning the same blocks.
  void work_together(int worker) {
    std::vector<SparseRow> rows;
    bool ready = true;
    try {
      rows.reserve(feeder_.block_rows());  // what may fail fails here, and all hear of it
    } catch (const std::bad_alloc&) {
      ready = false;
      stop_.store(true, std::memory_order_relaxed);
    }
    for (Offset block = 0;; ++block) {
      // Workers that are together stop at the same block, or some would wait for ever: the last to
      // arrive decides for all.
      meeting_.meet([this] { halt_ = stop_.load(std::memory_order_relaxed); });
      if (!ready) throw std::bad_alloc();
      if (halt_) return;
      if (!all_rows_.empty()) {
        if (block > 0) return;
        learn(worker, all_rows_, 0, 1);
        continue;
      }
      const auto ticket = feeder_.block(block);
      if (!ticket) return;
      take_rows(*ticket, rows);
      learn(worker, rows, ticket->begin, 1);
    }
  }

  void take_rows(const Ticket& ticket, std::vector<SparseRow>& rows) const {
    feeder_.rows_of(ticket, rows);
    for (SparseRow& row : rows) row = signed_row(row);
  }

  void learn(int worker, std::span<const SparseRow> rows, Offset begin, float share) {
    Pace pace = pacing_.at(epoch_, begin);
    pace.share = share;
    const LossSum sum = descent_->learn(worker, rows, pace);
    Tally& tally = tallies_[static_cast<std::size_t>(worker)];
    if (plan_.descent.teamwork == Teamwork::none || worker == 0) {
      std::uint64_t nonzeros = 0;
      for (const SparseRow& row : rows) nonzeros += row.nonzeros();
      Tally::add(tally.rows, static_cast<std::uint64_t>(rows.size()));
      Tally::add(tally.nonzeros, nonzeros);
    }
    Tally::add(tally.loss, sum.loss);
    Tally::add(tally.weight, sum.weight);
  }

  // Rows seen by all threads / rows seen by this one, counting half of the block at hand: the ratio
  // is then right on average over the block, and 1 for a thread that is alone.
  float share_of(Offset seen, const Ticket& ticket) const {
    if (plan_.descent.state == StatePlacement::shared || crew_.size() == 1) return 1;
    const double half = static_cast<double>(ticket.count) / 2;
    const double by_all =
        static_cast<double>(static_cast<Offset>(epoch_) * data_.rows() + ticket.begin) + half;
    return static_cast<float>(std::max(1.0, by_all / (static_cast<double>(seen) + half)));
  }

  void observe() {
    const TallySum sum = total();
    if (!std::isfinite(sum.loss)) {
      stop(StopReason::diverged);
    } else if (observer_.stop_requested()) {
      stop(StopReason::interrupted);
    }
    if (sum.weight > 0) shown_loss_ = sum.mean_loss();
    observer_.on_progress({.epoch = epoch_ + 1,
                           .epochs = options_.epochs,
                           .rows_done = visits_ + sum.rows,
                           .rows_total = data_.rows() * static_cast<Offset>(options_.epochs),
                           .train_loss = shown_loss_,
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

  // Workers that are together all have a part in every row.
  int threads_seen() const {
    if (plan_.descent.teamwork == Teamwork::together) return visits_ > 0 ? crew_.size() : 0;
    return static_cast<int>(std::ranges::count_if(seen_, [](Offset rows) { return rows > 0; }));
  }

  Model frozen() const {
    return freeze(*descent_, pacing_.after(visits_), plan_, data_.features(), provenance());
  }

  Provenance provenance() const {
    return {.version = kVersion,
            .rule = std::string(name_of(options_.update_rule)),
            .learning_rate = plan_.learning_rate,
            .schedule = std::string(name_of(options_.schedule)),
            .l1 = options_.l1,
            .l2 = options_.l2,
            .threads = plan_.descent.workers,
            .seed = options_.seed,
            .rows = data_.rows(),
            .visits = visits_};
  }

  const Dataset& data_;
  const TrainOptions& options_;
  TrainObserver& observer_;
  TrainPlan plan_;
  const bool binary_;
  Pacing pacing_;
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
  double shown_loss_ = 0;  // a step on all rows tells nothing until it is made
  std::optional<double> last_valid_loss_;

  std::optional<Curriculum> curriculum_;
  int admitted_ = 1;  // level of a curriculum that listens to validation

  std::vector<SparseRow> all_rows_;  // where every step takes all of them
  bool halt_ = false;                // changes only where all workers wait
  Meeting meeting_;
};

}  // namespace

TrainResult run(const Dataset& data, const TrainOptions& options, TrainObserver& observer) {
  return Run(data, options, observer)();
}

}  // namespace hogwild
