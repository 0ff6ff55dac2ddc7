// A run of virtual workers.
#include "hogwild/lab/simulate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>
#include <variant>

#include "hogwild/core/error.hpp"
#include "hogwild/lab/scale.hpp"
#include "hogwild/train/train.hpp"
#include "lab/virtual/allreduce.hpp"
#include "lab/virtual/downpour.hpp"
#include "lab/virtual/easgd.hpp"
#include "lab/virtual/hogwild.hpp"
#include "lab/virtual/workers.hpp"
#include "options/refusals.hpp"
#include "train/plan.hpp"
#include "train/prepare.hpp"
#include "train/run.hpp"
#include "train/search.hpp"

namespace hogwild::lab {
namespace {

template <class Rule>
std::unique_ptr<VirtualWorkers> made(const Rule& rule, const DescentPlan& plan,
                                     const SimulationOptions& options, std::uint64_t seed) {
  switch (options.method) {
    case Method::downpour:
      return std::make_unique<VirtualDownpour<Rule>>(rule, plan, options, seed);
    case Method::easgd:
      if constexpr (!has_outcome<Rule>) {
        return std::make_unique<VirtualElastic<Rule>>(rule, plan, options, seed);
      }
      throw OptionError("optimizer", "easgd can't merge ftrl's weights");
    case Method::allreduce:
      return std::make_unique<VirtualAllreduce<Rule>>(rule, plan, options, seed);
    case Method::views:
      if constexpr (!may_part<Rule>) {
        throw OptionError("method",
                          fmt::format("copies of {}'s weights can't be merged", Rule::kName));
      }
      [[fallthrough]];
    default:
      return std::make_unique<VirtualHogwild<Rule>>(rule, plan, options, seed);
  }
}

// REQUIRES: the plan is of one worker, one output and single rows. seed: of delays.
std::unique_ptr<VirtualWorkers> make_virtual_workers(const DescentPlan& plan,
                                                     const SimulationOptions& options,
                                                     std::uint64_t seed) {
  return std::visit([&](const auto& rule) { return made(rule, plan, options, seed); }, plan.rule);
}

void require(bool holds, const std::string& option, const std::string& reason) {
  if (!holds) throw OptionError(option, reason);
}

void require_valid(const SimulationOptions& simulation, const TrainOptions& options) {
  require(simulation.workers > 0, "workers", fmt::format("{} is not above 0", simulation.workers));
  require(simulation.servers >= 0, "servers", "it must not be negative");
  require(simulation.fetch_every > 0, "fetch-every", "it must be above 0");
  require(simulation.push_every > 0, "push-every", "it must be above 0");
  require(simulation.period > 0, "period", "it must be above 0");
  require(!simulation.elasticity || (*simulation.elasticity > 0 && *simulation.elasticity <= 1),
          "elasticity", "it must be above 0 and at most 1");
  const SimulatedCosts& costs = simulation.costs;
  const Delay& delay = costs.delay;
  require(costs.row >= 0 && costs.nonzero >= 0 && costs.row + costs.nonzero > 0, "row-cost",
          "the cost of a row must be above 0");
  require(costs.latency >= 0 && delay.low >= 0 && delay.high >= 0, "latency",
          "a delay can't be negative");
  require(costs.line_transfer >= 0 && costs.far_line_transfer >= 0, "line-transfer",
          "a transfer time can't be negative");
  require(costs.sockets > 0, "sockets", "it must be above 0");
  require(costs.bandwidth > 0, "bandwidth", "it must be above 0");
  require(costs.stragglers >= 0 && costs.stragglers <= 1 && costs.slowness >= 1, "stragglers",
          "it is SHARE:FACTOR with a share from 0 to 1 and a factor of at least 1");
  hogwild::require_valid(kSimulated, {.train = options});
}

// Tells of epochs by the virtual clock.
class Recorder final : public TrainObserver {
 public:
  Recorder(TrainObserver& observer, const VirtualWorkers& workers, Simulation& simulation)
      : observer_(observer), workers_(workers), simulation_(simulation) {}

  void on_progress(const Progress& progress) override { observer_.on_progress(progress); }
  bool stop_requested() override { return observer_.stop_requested(); }
  void on_epoch(const EpochReport& report) override {
    SimulatedEpoch& epoch = simulation_.epochs.emplace_back(workers_.tally());
    epoch.epoch = report.epoch;
    epoch.loss = *report.valid_loss;
    observer_.on_epoch(report);
  }

 private:
  TrainObserver& observer_;
  const VirtualWorkers& workers_;
  Simulation& simulation_;
};

Simulation simulate_one(const Dataset& rows, const TrainOptions& options,
                        const SimulationOptions& simulated, TrainObserver& observer) {
  Simulation simulation{.options = simulated};
  TrainPlan plan = plan_training(rows, options);
  if (simulated.method == Method::allreduce) {
    plan.block_multiple = static_cast<Offset>(simulated.workers);
  } else if (simulated.method == Method::downpour) {
    plan.block_multiple = simulated.fetch_every;
  }
  auto workers = make_virtual_workers(plan.descent, simulated, options.seed);
  Recorder recorder(observer, *workers, simulation);
  Collectives alone;
  TrainResult result = run(rows, plan, std::move(workers), alone, options, recorder);
  simulation.reason = result.reason;
  simulation.model = std::move(result.model);
  simulation.learning_rate = result.learning_rate;
  return simulation;
}

}  // namespace

SimulatedCosts measured_costs(const Dataset& data, const TrainOptions& options,
                              SimulatedCosts given) {
  constexpr int kEpochs = 5;
  TrainOptions alone = options;
  alone.threads = 1;
  alone.epochs = kEpochs;
  alone.early_stopping = 0;
  alone.min_delta = 0;
  alone.validation.reset();
  if (searches_rate(alone)) {  // any rate takes as long
    alone.learning_rate =
        std::visit([](const auto& rule) { return rule.kDefaultRate; }, options.update_rule);
  }
  double least = std::numeric_limits<double>::infinity(), before = 0;
  for (const EpochReport& epoch : train(data, alone).epochs) {
    least = std::min(least, epoch.seconds - std::exchange(before, epoch.seconds));
  }
  const auto rows = static_cast<double>(data.rows());
  if (least < given.row * rows) given.row = 0;
  if (data.nonzeros() > 0 && std::isfinite(least)) {
    given.nonzero = (least - given.row * rows) / static_cast<double>(data.nonzeros());
  }
  const auto transfers = this_machine().line_transfers;
  given.line_transfer = 0;
  for (const Machine::LineTransfer& transfer : transfers) {
    given.line_transfer += transfer.seconds / static_cast<double>(transfers.size());
  }
  given.far_line_transfer = given.line_transfer;
  return given;
}

std::vector<Simulation> simulate(const Dataset& data, const TrainOptions& asked,
                                 std::span<const SimulationOptions> simulations,
                                 TrainObserver& observer) {
  for (const SimulationOptions& each : simulations) require_valid(each, asked);
  auto [rows, options] = prepare(data, asked);
  options.threads = 1;
  options.worker_views = false;
  options.find_average = false;
  if (searches_rate(options)) {
    const RateSearch search = race_rates(rows, options, [&] { return observer.stop_requested(); });
    options.learning_rate = search.rate;
    if (search.epsilon) *epsilon_of_sum(options.update_rule) = *search.epsilon;
    observer.on_rate(search);
  }
  std::vector<Simulation> done;
  for (const SimulationOptions& each : simulations) {
    if (observer.stop_requested()) break;
    Simulation simulation = simulate_one(rows, options, each, observer);
    if (simulation.reason == StopReason::interrupted) break;
    done.push_back(std::move(simulation));
  }
  return done;
}

}  // namespace hogwild::lab
