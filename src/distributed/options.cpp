#include "distributed/options.hpp"

#include <fmt/format.h>

#include <variant>

#include "hogwild/core/error.hpp"
#include "train/plan.hpp"

namespace hogwild {
namespace {

void require(bool holds, const std::string& option, const std::string& reason) {
  if (!holds) throw OptionError(option, reason);
}

void require_no_catching_up(const TrainOptions& train) {
  require((train.l1 == 0 && train.l2 == 0) || train.penalty_method != PenaltyMethod::exact,
          "penalty", "parameters that are apart do not know of missed steps; leave it out");
}

// What servers that step each coordinate by itself can't know or keep.
void require_for_downpour(const DistributedOptions& options, const TrainOptions& train) {
  const bool served =
      std::visit([]<class Rule>(const Rule&) { return is_served<Rule>; }, train.update_rule);
  require(served, "optimizer", "downpour's servers step by sgd, adagrad or adaptive_revision");
  require((train.l1 == 0 && train.l2 == 0) || options.push_every == 1, "push-every",
          "downpour's servers charge a penalty for each row; leave it at 1");
  require_no_catching_up(train);
  require(train.batch_size == 1, "batch-size",
          "with downpour --push-every says how many rows make a push");
  require(!train.average, "average", "downpour's servers keep no means");
  require(train.gradient_noise == 0, "gradient-noise", "downpour's servers make no noise");
  require(train.init == 0, "init", "downpour's servers start at zero");
}

// What each rank can do by itself, as long as a weight can be moved.
void require_for_elastic(const DistributedOptions& options, const TrainOptions& train) {
  require(train.batch_size != kFullBatch, "batch-size", "a step on all rows leaves no exchanges");
  const bool movable =
      std::visit([]<class Rule>(const Rule&) { return !has_outcome<Rule>; }, train.update_rule);
  require(movable, "optimizer", "ftrl keeps no weight that a centre could draw");
  require(!train.average, "average", "the centre is a mean already");
  require(train.init == 0, "init", "the centre starts at zero");
  const bool has_velocity = std::holds_alternative<Momentum>(train.update_rule) ||
                            std::holds_alternative<Nesterov>(train.update_rule) ||
                            std::holds_alternative<NesterovAdagrad>(train.update_rule);
  require(options.kind != Distribution::eamsgd || has_velocity, "optimizer",
          "eamsgd is easgd with momentum, nesterov or nesterov_adagrad");
  require(!options.synchronous || train.threads == 1, "synchronous",
          "workers that exchange at once are ranks; give --threads 1, and mpirun more ranks");
  require(!options.synchronous || (options.servers == 0 && !options.dense), "synchronous",
          "every rank has a copy of the centre then: leave --servers and --dense out");
}

void require_for_allreduce(const DistributedOptions& options, const TrainOptions& train,
                           int ranks) {
  require(options.servers == 0, "servers", "with allreduce every rank has a copy; leave it out");
  require(train.init == 0, "init", "ranks would start at different places");
  require(
      train.batch_size == kFullBatch || train.batch_size >= static_cast<std::uint64_t>(ranks),
      "batch-size",
      fmt::format("each of {} ranks needs a row of every batch; give that many or more", ranks));
}

void require_for_graph(const DistributedOptions& options, const TrainOptions& train) {
  require(options.servers == 0, "servers", "in a graph every rank has some features; leave it out");
  require_no_catching_up(train);
  require(!train.average, "average", "the graph has no operation for means of weights");
  require(train.gradient_noise == 0, "gradient-noise", "the graph has no operation for noise");
  require(train.init == 0, "init", "the graph starts at zero, or at a model with --resume");
}

}  // namespace

void require_valid(const DistributedOptions& options, const TrainOptions& train, int ranks) {
  require(train.order != RowOrder::curriculum, "order",
          "a curriculum needs all rows in one place; distributed runs shuffle each rank's own");
  require(!train.refit, "refit", "distributed runs do not refit");
  require(train.parameters.empty(), "parameters",
          "it is shared by processes of one machine, and ranks share by letters; leave one out");
  require(train.strategy == Strategy::hogwild, "strategy",
          "distributed runs share weights in their own way");
  require(train.state == StateHome::shared, "state", "distributed runs share the state");
  require(!train.batch_norm, "batch-norm", "distributed runs do not normalise");
  require(
      options.servers >= 0 && options.servers < ranks, "servers",
      fmt::format("{} of {} ranks can't serve: at least one must learn", options.servers, ranks));
  require(options.fetch_every > 0, "fetch-every", "it must be above 0");
  require(options.push_every > 0, "push-every", "it must be above 0");
  require(!options.local_rate || *options.local_rate >= 0, "local-rate", "it must not be negative");
  require(options.period > 0, "period", "it must be above 0");
  require(!options.elasticity || (*options.elasticity > 0 && *options.elasticity <= 1),
          "elasticity", "it must be above 0 and at most 1");
  switch (options.kind) {
    case Distribution::downpour:
      return require_for_downpour(options, train);
    case Distribution::graph:
      return require_for_graph(options, train);
    case Distribution::allreduce:
      return require_for_allreduce(options, train, ranks);
    default:
      return require_for_elastic(options, train);
  }
}

}  // namespace hogwild
