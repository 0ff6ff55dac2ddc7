#include "options/refusals.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <variant>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "options/option.hpp"
#include "parallel/cores.hpp"

namespace hogwild {
namespace {

template <class Alternative, class Variant>
bool holds(const Variant& variant) {
  return std::holds_alternative<Alternative>(variant);
}

bool has_velocity(const Request& r) {
  const AnyUpdateRule& rule = r.train.update_rule;
  return holds<Momentum>(rule) || holds<Nesterov>(rule) || holds<NesterovAdagrad>(rule);
}
bool binary(const Request& r) {
  return std::visit([](const auto& loss) { return loss.kBinary; }, r.train.loss);
}
bool validates(const Request& r) {
  return r.validation_to_come || r.train.validation.has_value();
}
bool curriculum(const Request& r) {
  return r.train.order == RowOrder::curriculum;
}
bool full(const Request& r) {
  return r.train.batch_size == kFullBatch;
}
bool deterministic(const Request& r) {
  return r.train.strategy == Strategy::deterministic;
}
bool per_thread(const Request& r) {
  return r.train.state == StateHome::per_thread;
}
bool exact(const Request& r) {
  return r.train.penalty_method == PenaltyMethod::exact;
}
bool penalised(const Request& r) {
  return r.train.l1 > 0 || r.train.l2 > 0;
}
bool paced(const Request& r) {
  return !holds<Constant>(r.train.schedule) || r.train.warm_up != 0;
}

void require_cores(const std::vector<int>& pinned) {
  if (pinned.empty()) return;
  const std::vector<int> allowed = cores_allowed();
  for (const int core : pinned) {
    if (std::ranges::binary_search(allowed, core)) continue;
    throw OptionError(
        "pin", fmt::format("core {} does not exist or is not allowed; this process may use {}",
                           core, in_ranges(allowed)));
  }
}

void require_schedule(const AnySchedule& schedule) {
  if (std::visit([](const auto& its) { return its.valid(); }, schedule)) return;
  throw OptionError(
      "schedule",
      holds<Steps>(schedule)
          ? "the epochs of --steps must be above 0 and ascending, and the factors above "
            "0: --steps 3:0.5,6:0.1"
          : fmt::format("the decay of {} is out of its range; leave --decay out",
                        name_of(schedule)));
}

#define WHEN(condition) [](const Request& r) { return condition; }
#define OF_RULE(property) \
  std::visit([]<class Rule>(const Rule&) { return property<Rule>; }, r.train.update_rule)

constexpr Refusal kRefusals[]{
    // Runs that are set beside each other.
    {kSimulated | kCompared | kScaled, "valid", WHEN(!validates(r)),
     "the losses are measured on validation rows; give --valid FILE or --valid-fraction 0.1"},
    {kScaled, "early-stopping", WHEN(r.train.early_stopping > 0),
     "runs of different lengths can't be compared; give only --epochs", true},
    {kScaled, "min-delta", WHEN(r.train.min_delta != 0),
     "runs of different lengths can't be compared; give only --epochs", true},
    {kSimulated, "one-vs-rest", WHEN(r.train.one_vs_rest), "simulate does not support classes",
     true},
    {kSimulated, "loss", WHEN(holds<Softmax>(r.train.loss)), "simulate does not support classes"},
    {kSimulated, "batch-size", WHEN(r.train.batch_size != 1),
     "simulate supports only batches of one row", true},
    {kSimulated, "l1", WHEN(r.train.l1 != 0), "simulate does not support penalties", true},
    {kSimulated, "l2", WHEN(r.train.l2 != 0), "simulate does not support penalties", true},
    {kSimulated, "penalty", WHEN(exact(r)), "simulate does not support penalties", true},
    {kSimulated, "average", WHEN(r.train.average), "simulate does not support averages", true},
    {kSimulated, "batch-norm", WHEN(r.train.batch_norm),
     "simulate supports only batches of one row", true},
    {kSimulated, "gradient-noise", WHEN(r.train.gradient_noise != 0),
     "simulate does not support gradient noise", true},
    {kSimulated, "order", WHEN(curriculum(r)), "simulate does not support a curriculum"},
    {kSimulated, "curriculum", WHEN(r.settings != nullptr && r.settings->is_given("curriculum")),
     "simulate does not support a curriculum", true},
    {kSimulated, "levels", WHEN(r.settings != nullptr && r.settings->is_given("levels")),
     "simulate does not support a curriculum", true},
    {kSimulated, "difficulty",
     WHEN(!r.train.difficulty.empty() || r.files.difficulty != FileOptions().difficulty),
     "simulate does not support a curriculum", true},
    {kSimulated, "strategy", WHEN(r.train.strategy != Strategy::hogwild),
     "simulated workers are no threads; see --method", true},
    {kSimulated, "state", WHEN(per_thread(r)), "simulated workers are no threads; see --method",
     true},
    {kSimulated, "no-views", WHEN(!r.train.worker_views),
     "simulated workers are no threads; see --method", true},
    {kSimulated, "pin", WHEN(!r.train.pin.empty()),
     "simulated workers are no threads; see --method", true},
    // A Learner.
    {kTaught, "class-weight", WHEN(!r.train.class_weights.empty()),
     "a Learner has positive-weight and negative-weight instead"},
    {kTaught | kProcesses | kSimulated, "scale",
     WHEN(r.train.scale == Scale::standard || r.train.scale == Scale::max),
     "values are learnt as they are where others learn too or a rule is simulated; leave it out"},
    {kTaught, "positive", WHEN(!r.train.positive.empty()), "labels of a Learner are -1 and 1"},
    {kTaught, "loss", WHEN(holds<Softmax>(r.train.loss)), "a Learner does not support softmax"},
    // What needs rows to validate on.
    {kAnyMode, "early-stopping", WHEN(r.train.early_stopping > 0 && !validates(r)),
     "it needs validation rows; give --valid FILE or --valid-fraction 0.1"},
    {kAnyMode, "refit", WHEN(r.train.refit && !validates(r)),
     "it needs validation rows; give --valid FILE or --valid-fraction 0.1"},
    {kAnyMode, "refit-epochs", WHEN(r.train.refit_epochs > 0 && !r.train.refit),
     "it needs --refit"},
    {kAnyMode, "refit-epochs", WHEN(r.train.refit_epochs > r.train.epochs),
     "it is past the last of the --epochs"},
    {kAnyMode, "schedule", WHEN(holds<Plateau>(r.train.schedule) && !validates(r)),
     "it needs validation rows; give --valid FILE or --valid-fraction 0.1"},
    {kAnyMode, "refit", WHEN(holds<Plateau>(r.train.schedule) && r.train.refit),
     "it trains on the validation rows, and the plateau schedule needs them for validation; "
     "choose another schedule"},
    {kAnyMode, "valid-fraction", WHEN(!r.files.valid.empty() && r.files.valid_fraction),
     "--valid and --valid-fraction exclude each other; give one of them"},
    // What a rule does not have.
    {kAnyMode, "learning-rate", WHEN(!OF_RULE(has_rate) && r.train.learning_rate),
     "{optimizer} has no learning rate; leave the option out"},
    {kAnyMode, "warm-up", WHEN(!OF_RULE(has_rate) && r.train.warm_up != 0),
     "{optimizer} has no learning rate to change; leave the option out"},
    {kAnyMode, "schedule", WHEN(!OF_RULE(has_rate) && !holds<Constant>(r.train.schedule)),
     "{optimizer} has no learning rate to change; leave the option out"},
    // What belongs to another option.
    {kAnyMode, "weights-only", WHEN(r.files.resume.empty() && r.files.weights_only),
     "it is about --resume, which was not given"},
    {kAnyMode, "resume", WHEN(r.train.resume.has_value() && r.train.resume_state),
     "a run starts from a model or from a checkpoint, not from both"},
    {kAnyMode, "init", WHEN(r.train.init != 0 && r.train.resume),
     "the weights start at those of the resumed model; leave one of the two out"},
    {kNamed, "curriculum", WHEN(!curriculum(r) && r.settings->is_given("curriculum")),
     "it is part of --order curriculum, which was not chosen"},
    {kNamed, "levels", WHEN(!curriculum(r) && r.settings->is_given("levels")),
     "it is part of --order curriculum, which was not chosen"},
    {kNamed, "difficulty", WHEN(!curriculum(r) && r.settings->is_given("difficulty")),
     "it is part of --order curriculum, which was not chosen"},
    {kInBatches, "order", WHEN(curriculum(r) && full(r)),
     "with --batch-size full a step uses all rows, in no order; leave one of the two out"},
    {kAnyMode, "min-delta", WHEN(r.train.min_delta != 0 && r.train.early_stopping == 0),
     "it needs --early-stopping; give --early-stopping 3, for example"},
    {kAnyMode, "stop-after", WHEN(r.train.stop_after > r.train.epochs),
     "it is past the last of the --epochs"},
    {kAnyMode, "parameter-features",
     WHEN(r.train.parameter_features != 0 && r.train.parameters.empty()), "it needs --parameters"},
    // What other processes that train the same parameters would not know of.
    {kProcesses, "one-vs-rest", WHEN(r.train.one_vs_rest),
     "a parameter file has no room for classes; leave out this option or --parameters"},
    {kProcesses, "loss", WHEN(holds<Softmax>(r.train.loss)),
     "a parameter file has no room for classes; leave out this option or --parameters"},
    {kProcesses, "strategy", WHEN(r.train.strategy == Strategy::locked),
     "if a process is killed while it holds the lock, all others wait for ever; leave out this "
     "option or --parameters"},
    {kProcesses, "batch-size", WHEN(full(r)),
     "threads of other processes can't wait for threads of this one; leave out this option or "
     "--parameters"},
    {kProcesses, "strategy", WHEN(deterministic(r)),
     "threads of other processes can't wait for threads of this one; leave out this option or "
     "--parameters"},
    {kProcesses, "state", WHEN(per_thread(r)),
     "in a parameter file all processes share the optimizer state; leave out this option or "
     "--parameters"},
    {kProcesses, "batch-norm", WHEN(r.train.batch_norm),
     "other processes would not know the mean and variance; leave out this option or "
     "--parameters"},
    {kProcesses, "average", WHEN(r.train.average),
     "it depends on the number of steps, and each process counts only its own; leave out this "
     "option or --parameters"},
    {kProcesses, "penalty", WHEN(exact(r)),
     "exact penalties depend on the number of steps, and each process counts only its own; leave "
     "out this option or --parameters"},
    {kProcesses, "l1", WHEN(holds<Ftrl>(r.train.update_rule) && r.train.l1 > 0),
     "ftrl's penalty depends on the number of steps, and each process counts only its own; leave "
     "out this option or --parameters"},
    {kProcesses, "l2", WHEN(holds<Ftrl>(r.train.update_rule) && r.train.l2 > 0),
     "ftrl's penalty depends on the number of steps, and each process counts only its own; leave "
     "out this option or --parameters"},
    {kProcesses, "init", WHEN(r.train.init > 0),
     "another process may train before all weights are initialised; leave out this option or "
     "--parameters"},
    {kProcesses, "refit", WHEN(r.train.refit),
     "it would train again on top of the trained weights; leave out this option or --parameters"},
    {kProcesses, "resume", WHEN(r.train.resume_state != nullptr),
     "the checkpoint's state would overwrite the work of other processes (--weights-only starts "
     "a new file at its weights); leave out this option or --parameters"},
    // What excludes something else.
    {kAnyMode, "positive",
     WHEN(!r.train.positive.empty() && (!binary(r) || learns_classes(r.train))),
     "it chooses between two labels; leave it out"},
    {kAnyMode, "positive", WHEN(!r.train.positive.empty() && r.train.resume),
     "a resumed model keeps its labels; leave it out"},
    {kAnyMode, "new-classes",
     WHEN(r.train.new_classes && !r.train.resume && r.files.resume.empty()),
     "it is about --resume, which was not given"},
    {kAnyMode, "new-classes", WHEN(r.train.new_classes && !learns_classes(r.train)),
     "it is about --loss softmax and --one-vs-rest, which were not given"},
    {kAnyMode, "one-vs-rest", WHEN(holds<Softmax>(r.train.loss) && r.train.one_vs_rest),
     "softmax learns all classes at once; leave the option out, or choose a binary loss"},
    {kAnyMode, "one-vs-rest", WHEN(r.train.one_vs_rest && !binary(r)),
     "{loss} loss is for numeric labels; choose a binary loss"},
    {kAnyMode, "batch-norm", WHEN(learns_classes(r.train) && r.train.batch_norm),
     "it is not supported for models of classes; leave it out"},
    {kAnyMode, "batch-norm", WHEN(r.train.batch_size == 1 && r.train.batch_norm),
     "it needs batches; give --batch-size 64, for example"},
    {kInBatches, "no-bias", WHEN(r.train.batch_norm && !r.train.bias),
     "batch normalisation always has a bias; leave out this option or --batch-norm"},
    {kAnyMode, "batch-norm", WHEN(penalised(r) && r.train.batch_norm),
     "penalties have no effect, since batch normalisation rescales the weights; leave out --l1 "
     "and --l2"},
    {kAnyMode, "strategy",
     WHEN(full(r) && r.train.strategy != Strategy::hogwild && !deterministic(r)),
     "with --batch-size full all threads make each step together; leave the option out"},
    {kAnyMode, "penalty",
     WHEN(exact(r) && !holds<Sgd>(r.train.update_rule) && !holds<Adagrad>(r.train.update_rule)),
     "exact penalties work with sgd and adagrad, not with {optimizer}; choose degree"},
    {kAnyMode, "penalty", WHEN(exact(r) && paced(r)),
     "exact penalties need a constant learning rate; leave out --schedule and --warm-up, or "
     "choose degree"},
    {kAnyMode, "penalty", WHEN(exact(r) && !penalised(r)), "it needs --l1 or --l2"},
    {kAnyMode, "average", WHEN(exact(r) && r.train.average),
     "it does not work with --penalty exact; choose degree"},
    {kAnyMode, "state", WHEN(per_thread(r) && !OF_RULE(can_be_per_thread)),
     "{optimizer} needs a state that all threads share; leave the option out"},
    {kAnyMode, "schedule", WHEN(holds<Ftrl>(r.train.update_rule) && paced(r)),
     "{optimizer} uses one learning rate for the whole run; leave out --schedule and --warm-up"},
    {kAnyMode, "average", WHEN(holds<Ftrl>(r.train.update_rule) && r.train.average && penalised(r)),
     "{optimizer} can't average weights under a penalty; leave out --average, or --l1 and --l2"},
    {kAnyMode, "init", WHEN(holds<Ftrl>(r.train.update_rule) && r.train.init != 0),
     "{optimizer} can't start at given weights; leave it out"},
    {kAnyMode, "resume", WHEN(holds<Ftrl>(r.train.update_rule) && r.train.resume),
     "{optimizer} can't start at given weights; leave it out"},
    {kAnyMode, "average", WHEN(OF_RULE(has_memory) && r.train.average),
     "{optimizer} can't average weights; leave it out"},
    {kAnyMode, "average", WHEN(per_thread(r) && r.train.average),
     "it needs a state that all threads share; leave the option out"},
    {kAnyMode, "state", WHEN(per_thread(r) && (full(r) || deterministic(r))),
     "it does not work with --strategy deterministic or --batch-size full; leave the option out"},
    {kAnyMode, "state", WHEN(per_thread(r) && penalised(r)),
     "with --l1 or --l2 the state must be shared; leave out --state per-thread"},
    // Why rows must be held.
    {kStreamed, "loss", WHEN(learns_classes(r.train)), "labels are classes"},
    {kStreamed, "batch-size", WHEN(r.train.batch_size != 1), "a step takes a batch"},
    {kStreamed, "strategy", WHEN(deterministic(r)), "threads learn together"},
    {kStreamed, "order", WHEN(curriculum(r)), "a curriculum needs all rows"},
    {kStreamed, "l1", WHEN(r.train.l1 > 0 && !holds<Ftrl>(r.train.update_rule)),
     "a penalty needs the frequency of the features"},
    {kStreamed, "l2", WHEN(r.train.l2 > 0 && !holds<Ftrl>(r.train.update_rule)),
     "a penalty needs the frequency of the features"},
    {kStreamed, "refit", WHEN(r.train.refit), "--refit trains on the rows again"},
    {kStreamed, "init", WHEN(r.train.init > 0), "weights start at random"},
    {kStreamed, "resume", WHEN(r.train.resume.has_value()), "--resume starts at a model"},
    {kStreamed, "resume", WHEN(r.train.resume_state != nullptr), "--resume continues a run"},
    {kStreamed, "class-weight", WHEN(!r.train.class_weights.empty()), "classes have weights"},
    // Ranks that train together.
    {kRanks, "order", WHEN(curriculum(r)),
     "a curriculum needs all rows in one process; distributed runs support shuffle and "
     "sequential"},
    {kRanks, "refit", WHEN(r.train.refit), "distributed runs do not support it"},
    {kRanks, "parameters", WHEN(!r.train.parameters.empty()),
     "it can't be combined with --distributed; leave one of the two out"},
    {kRanks, "strategy", WHEN(r.train.strategy != Strategy::hogwild),
     "distributed runs support only hogwild"},
    {kRanks, "state", WHEN(per_thread(r)), "distributed runs support only a shared state"},
    {kRanks, "batch-norm", WHEN(r.train.batch_norm),
     "distributed runs do not support batch normalisation"},
    {kRanks, "servers", WHEN(r.ranks.servers < 0 || r.ranks.servers >= r.number_of_ranks),
     "of {ranks} ranks so many can't serve: at least one must learn"},
    {kDownpour, "optimizer", WHEN(!OF_RULE(is_served)),
     "downpour supports sgd, adagrad and adaptive_revision"},
    {kDownpour, "push-every", WHEN(penalised(r) && r.ranks.push_every != 1),
     "downpour supports penalties only with --push-every 1"},
    {kDownpour | kGraph, "penalty", WHEN(penalised(r) && exact(r)),
     "exact penalties do not work on several ranks; leave it out"},
    {kDownpour, "batch-size", WHEN(r.train.batch_size != 1),
     "downpour has no batches; use --push-every"},
    {kDownpour | kGraph, "average", WHEN(r.train.average),
     "downpour and graph do not support averages; leave it out"},
    {kDownpour | kGraph, "gradient-noise", WHEN(r.train.gradient_noise != 0),
     "downpour and graph do not support gradient noise; leave it out"},
    {kElastic, "batch-size", WHEN(full(r)),
     "easgd needs more than one step per epoch; leave out --batch-size full"},
    {kElastic, "optimizer", WHEN(holds<Ftrl>(r.train.update_rule)),
     "easgd can't merge ftrl's weights; choose another optimizer"},
    {kElastic, "average", WHEN(r.train.average),
     "easgd does not support averages: the central model is an average already"},
    {kRanks, "init", WHEN(r.train.init != 0),
     "distributed runs start at zero weights, or at a model with --resume; leave it out"},
    {kEamsgd, "optimizer", WHEN(!has_velocity(r)),
     "eamsgd is easgd with momentum, nesterov or nesterov_adagrad"},
    {kElastic, "synchronous", WHEN(r.train.threads != 1 && r.ranks.synchronous),
     "it needs --threads 1; start more ranks with mpirun instead"},
    {kElastic, "synchronous", WHEN(r.ranks.synchronous && (r.ranks.servers != 0 || r.ranks.dense)),
     "with --synchronous there are no servers; leave --servers and --dense out"},
    {kAllreduce | kGraph, "servers", WHEN(r.ranks.servers != 0),
     "allreduce and graph have no servers; leave it out"},
    {kAllreduce, "batch-size",
     WHEN(!full(r) && r.train.batch_size < static_cast<std::uint64_t>(r.number_of_ranks)),
     "each of the {ranks} ranks needs at least one row per batch; give a larger batch size"},
};

#undef OF_RULE
#undef WHEN

}  // namespace

std::span<const Refusal> refusals() {
  return kRefusals;
}

Mode mode_of(Distribution kind) noexcept {
  static_assert((kDownpour << static_cast<int>(Distribution::graph)) == kGraph);
  return static_cast<Mode>(kDownpour << static_cast<int>(kind));
}

bool learns_classes(const TrainOptions& options) noexcept {
  return options.one_vs_rest || holds<Softmax>(options.loss);
}

const FileOptions Request::kNoFiles{};
const DistributedOptions Request::kNoRanks{};

const Refusal* first_refusal(unsigned modes, const Request& request) {
  const auto found = std::ranges::find_if(refusals(), [&](const Refusal& refusal) {
    return (refusal.modes & modes) != 0 && refusal.applies(request);
  });
  return found == refusals().end() ? nullptr : &*found;
}

std::string reason_for(const Refusal& refusal, const Request& request) {
  return fmt::format(
      fmt::runtime(refusal.reason), fmt::arg("optimizer", name_of(request.train.update_rule)),
      fmt::arg("loss", name_of(request.train.loss)), fmt::arg("ranks", request.number_of_ranks));
}

bool lacks(Mode mode, std::string_view option) {
  return std::ranges::any_of(refusals(), [&](const Refusal& refusal) {
    return refusal.whole && refusal.option == option && (refusal.modes & mode) != 0;
  });
}

void require_valid(unsigned modes, const Request& request) {
  require_in_range(request.train);
  require_in_range(request.files);
  require_in_range(request.files.read);
  require_cores(request.train.pin);
  require_schedule(request.train.schedule);
  require_valid(request.train.update_rule);
  if ((modes & kRanks) != 0) require_in_range(request.ranks);
  if (const Refusal* const refusal = first_refusal(modes, request)) {
    throw OptionError(std::string(refusal->option), reason_for(*refusal, request));
  }
}

void require_valid(const TrainOptions& options, bool validation_to_come) {
  require_valid(options.parameters.empty() ? kHeld : kHeld | kProcesses,
                {.train = options, .validation_to_come = validation_to_come});
}

void require_valid(const DistributedOptions& ranks, const TrainOptions& train,
                   int number_of_ranks) {
  require_valid(mode_of(ranks.kind), {.train = train,
                                      .ranks = ranks,
                                      .number_of_ranks = number_of_ranks,
                                      .validation_to_come = true});
}

}  // namespace hogwild
