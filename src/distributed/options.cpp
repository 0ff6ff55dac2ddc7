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
          "penalty", "exact penalties do not work on several ranks; leave it out");
}

// What servers that step each coordinate by itself can't know or keep.
void require_for_downpour(const DistributedOptions& options, const TrainOptions& train) {
  const bool served =
      std::visit([]<class Rule>(const Rule&) { return is_served<Rule>; }, train.update_rule);
  require(served, "optimizer", "downpour supports sgd, adagrad and adaptive_revision");
  require((train.l1 == 0 && train.l2 == 0) || options.push_every == 1, "push-every",
          "downpour supports penalties only with --push-every 1");
  require_no_catching_up(train);
  require(train.batch_size == 1, "batch-size", "downpour has no batches; use --push-every");
  require(!train.average, "average", "downpour does not support averages");
  require(train.gradient_noise == 0, "gradient-noise", "downpour does not support gradient noise");
  require(train.init == 0, "init", "downpour starts at zero weights");
}

// What each rank can do by itself, as long as a weight can be moved.
void require_for_elastic(const DistributedOptions& options, const TrainOptions& train) {
  require(train.batch_size != kFullBatch, "batch-size",
          "easgd needs more than one step per epoch; leave out --batch-size full");
  const bool movable =
      std::visit([]<class Rule>(const Rule&) { return !has_outcome<Rule>; }, train.update_rule);
  require(movable, "optimizer", "easgd can't merge ftrl's weights");
  require(!train.average, "average",
          "easgd does not support averages: the central model is an average already");
  require(train.init == 0, "init", "easgd starts at zero weights");
  const bool has_velocity = std::holds_alternative<Momentum>(train.update_rule) ||
                            std::holds_alternative<Nesterov>(train.update_rule) ||
                            std::holds_alternative<NesterovAdagrad>(train.update_rule);
  require(options.kind != Distribution::eamsgd || has_velocity, "optimizer",
          "eamsgd is easgd with momentum, nesterov or nesterov_adagrad");
  require(!options.synchronous || train.threads == 1, "synchronous",
          "it needs --threads 1; start more ranks with mpirun instead");
  require(!options.synchronous || (options.servers == 0 && !options.dense), "synchronous",
          "with --synchronous there are no servers; leave --servers and --dense out");
}

void require_for_allreduce(const DistributedOptions& options, const TrainOptions& train,
                           int ranks) {
  require(options.servers == 0, "servers", "allreduce has no servers; leave it out");
  require(train.init == 0, "init", "allreduce starts at zero weights");
  require(
      train.batch_size == kFullBatch || train.batch_size >= static_cast<std::uint64_t>(ranks),
      "batch-size",
      fmt::format("each of the {} ranks needs at least one row per batch; give a larger batch size",
                  ranks));
}

void require_for_graph(const DistributedOptions& options, const TrainOptions& train) {
  require(options.servers == 0, "servers", "graph has no servers; leave it out");
  require_no_catching_up(train);
  require(!train.average, "average", "graph does not support averages");
  require(train.gradient_noise == 0, "gradient-noise", "graph does not support gradient noise");
  require(train.init == 0, "init", "graph starts at zero weights, or at a model with --resume");
}

}  // namespace

void require_valid(const DistributedOptions& options, const TrainOptions& train, int ranks) {
  require(train.order != RowOrder::curriculum, "order",
          "a curriculum needs all rows in one process; distributed runs support shuffle and "
          "sequential");
  require(!train.refit, "refit", "distributed runs do not support it");
  require(train.parameters.empty(), "parameters",
          "it can't be combined with --distributed; leave one of the two out");
  require(train.strategy == Strategy::hogwild, "strategy", "distributed runs support only hogwild");
  require(train.state == StateHome::shared, "state",
          "distributed runs support only a shared state");
  require(!train.batch_norm, "batch-norm", "distributed runs do not support batch normalisation");
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
