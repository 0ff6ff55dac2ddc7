// Which options contradict each other, and why.
#include "hogwild/train/options.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "parallel/pinning.hpp"

namespace hogwild {
namespace {

void require(bool good, const char* option, const std::string& reason) {
  if (!good) throw OptionError(option, reason);
}

// What other processes that learn into the same parameters would not know of.
void require_shared_by_processes(const TrainOptions& options) {
  const auto refuse = [&](bool present, const char* option, const std::string& reason) {
    require(!present, option, reason + "; leave out this option or --parameters");
  };
  refuse(learns_classes(options), options.one_vs_rest ? "one-vs-rest" : "loss",
         "a parameter file has no room for classes");
  refuse(options.strategy == Strategy::locked, "strategy",
         "if a process is killed while it holds the lock, all others wait for ever");
  refuse(options.strategy == Strategy::deterministic || options.batch_size == kFullBatch,
         options.batch_size == kFullBatch ? "batch-size" : "strategy",
         "threads of other processes can't wait for threads of this one");
  refuse(options.state == StateHome::per_thread, "state",
         "in a parameter file all processes share the optimizer state");
  refuse(options.batch_norm, "batch-norm", "other processes would not know the mean and variance");
  refuse(options.average, "average",
         "it depends on the number of steps, and each process counts only its own");
  refuse(options.penalty_method == PenaltyMethod::exact, "penalty",
         "exact penalties depend on the number of steps, and each process counts only its own");
  refuse(std::holds_alternative<Ftrl>(options.update_rule) && (options.l1 > 0 || options.l2 > 0),
         options.l1 > 0 ? "l1" : "l2",
         "ftrl's penalty depends on the number of steps, and each process counts only its own");
  refuse(options.init > 0, "init", "another process may train before all weights are initialised");
  refuse(options.refit, "refit", "it would train again on top of the trained weights");
  refuse(options.resume_state != nullptr, "resume",
         "the checkpoint's state would overwrite the work of other processes (--weights-only "
         "starts a new file at its weights)");
}

}  // namespace

bool learns_classes(const TrainOptions& options) noexcept {
  return options.one_vs_rest || std::holds_alternative<Softmax>(options.loss);
}

void require_valid(const TrainOptions& options, bool validation_to_come) {
  require(options.epochs > 0, "epochs", fmt::format("{} is not above 0", options.epochs));
  require(options.threads >= 0, "threads", fmt::format("{} is negative", options.threads));
  if (!options.pin.empty()) {
    const std::vector<int> cores = cores_allowed();
    for (const int core : options.pin) {
      require(std::ranges::binary_search(cores, core), "pin",
              fmt::format("core {} does not exist or is not allowed; this process may use {}", core,
                          in_ranges(cores)));
    }
  }
  require(options.threads <= 4096, "threads", fmt::format("{} is past 4096", options.threads));
  for (const auto& [name, value] : {std::pair{"l1", options.l1}, {"l2", options.l2}}) {
    require(value >= 0 && std::isfinite(value), name,
            fmt::format("{} is not a finite number >= 0", value));
  }
  if (options.learning_rate) {
    require(*options.learning_rate > 0 && std::isfinite(*options.learning_rate), "learning-rate",
            fmt::format("{} is not a finite number > 0", *options.learning_rate));
  }
  require(std::visit([](const auto& schedule) { return schedule.valid(); }, options.schedule),
          "schedule",
          std::holds_alternative<Steps>(options.schedule)
              ? std::string("the epochs of --steps must be above 0 and ascending, and the factors "
                            "above 0: --steps 3:0.5,6:0.1")
              : fmt::format("the decay of {} is out of its range; leave --decay out",
                            name_of(options.schedule)));
  require(options.warm_up >= 0 && std::isfinite(options.warm_up), "warm-up",
          fmt::format("{} is not a finite number >= 0", options.warm_up));
  require(options.stop_after >= 0, "stop-after", fmt::format("{} is negative", options.stop_after));
  require(options.early_stopping >= 0, "early-stopping",
          fmt::format("{} is negative", options.early_stopping));
  require(options.min_delta >= 0, "min-delta", fmt::format("{} is negative", options.min_delta));
  const auto require_validation = [&](bool asked, const char* option) {
    require(!asked || options.validation.has_value() || validation_to_come, option,
            "it needs validation rows; give --valid FILE or --valid-fraction 0.1");
  };
  require_validation(options.early_stopping > 0, "early-stopping");
  require_validation(options.refit, "refit");
  const bool plateau = std::holds_alternative<Plateau>(options.schedule);
  require_validation(plateau, "schedule");
  require(!plateau || !options.refit, "refit",
          "it trains on the validation rows, and the plateau schedule needs them for validation; "
          "choose another schedule");
  require_valid(options.update_rule);
  std::visit(
      [&](const auto& rule) {
        if constexpr (!has_rate<std::decay_t<decltype(rule)>>) {
          require(!options.learning_rate, "learning-rate",
                  fmt::format("{} has no learning rate; leave the option out", rule.kName));
          require(
              options.warm_up == 0, "warm-up",
              fmt::format("{} has no learning rate to change; leave the option out", rule.kName));
          require(
              std::holds_alternative<Constant>(options.schedule), "schedule",
              fmt::format("{} has no learning rate to change; leave the option out", rule.kName));
        }
      },
      options.update_rule);
  require(options.gradient_noise >= 0 && std::isfinite(options.gradient_noise), "gradient-noise",
          fmt::format("{} is not a finite number >= 0", options.gradient_noise));
  require(!options.resume || !options.resume_state, "resume",
          "a run starts from a model or from a checkpoint, not from both");
  require(options.init == 0 || !options.resume, "init",
          "the weights start at those of the resumed model; leave one of the two out");
  require(options.init >= 0 && std::isfinite(options.init), "init",
          fmt::format("{} is not a finite number >= 0", options.init));
  for (std::size_t k = 0; k < options.class_weights.size(); ++k) {
    const auto& [label, weight] = options.class_weights[k];
    for (std::size_t other = 0; other < k; ++other) {
      require(options.class_weights[other].first != label, "class-weight",
              fmt::format("the label {} is given twice", label));
    }
    require(weight >= 0 && std::isfinite(weight), "class-weight",
            fmt::format("{} is not a finite number >= 0", weight));
  }
  require(options.levels > 0, "levels", fmt::format("{} is not above 0", options.levels));
  if (options.order == RowOrder::curriculum) {
    require(options.batch_size != kFullBatch, "order",
            "with --batch-size full a step uses all rows, in no order; leave one of the two out");
  }
  require(options.min_delta == 0 || options.early_stopping > 0, "min-delta",
          "it needs --early-stopping; give --early-stopping 3, for example");
  require(options.stop_after <= options.epochs, "stop-after",
          fmt::format("{} is past the {} epochs", options.stop_after, options.epochs));
  const bool penalised = options.l1 > 0 || options.l2 > 0;
  const bool deterministic = options.strategy == Strategy::deterministic;
  const bool full = options.batch_size == kFullBatch;
  if (!options.parameters.empty()) require_shared_by_processes(options);
  require(options.parameter_features == 0 || !options.parameters.empty(), "parameter-features",
          "it needs --parameters");
  if (options.one_vs_rest) {
    require(!std::holds_alternative<Softmax>(options.loss), "one-vs-rest",
            "softmax learns all classes at once; leave the option out, or choose a binary loss");
    require(
        std::visit([](const auto& loss) { return loss.kBinary; }, options.loss), "one-vs-rest",
        fmt::format("{} loss is for numeric labels; choose a binary loss", name_of(options.loss)));
  }
  if (options.batch_norm) {
    require(!learns_classes(options), "batch-norm",
            "it is not supported for models of classes; leave it out");
    require(options.batch_size != 1, "batch-norm",
            "it needs batches; give --batch-size 64, for example");
    require(options.bias, "no-bias",
            "batch normalisation always has a bias; leave out this option or --batch-norm");
    require(!penalised, "batch-norm",
            "penalties have no effect, since batch normalisation rescales the weights; leave out "
            "--l1 and --l2");
  }
  if (full) {
    require(options.strategy == Strategy::hogwild || deterministic, "strategy",
            "with --batch-size full all threads make each step together; leave the option out");
  }
  if (options.penalty_method == PenaltyMethod::exact) {
    const bool is_sgd = std::holds_alternative<Sgd>(options.update_rule);
    require(is_sgd || std::holds_alternative<Adagrad>(options.update_rule), "penalty",
            fmt::format("exact penalties work with sgd and adagrad, not with {}; choose degree",
                        name_of(options.update_rule)));
    require(std::holds_alternative<Constant>(options.schedule) && options.warm_up == 0, "penalty",
            "exact penalties need a constant learning rate; leave out --schedule and --warm-up, or "
            "choose degree");
    require(penalised, "penalty", "it needs --l1 or --l2");
    require(!options.average, "average", "it does not work with --penalty exact; choose degree");
  }
  std::visit(
      [&](const auto& rule) {
        using Rule = std::decay_t<decltype(rule)>;
        const auto reason = [&](const char* text) {
          return fmt::format("{} {}", rule.kName, text);
        };
        if constexpr (!can_be_per_thread<Rule>) {
          require(options.state == StateHome::shared, "state",
                  reason(is_indivisible<Rule>
                             ? "needs a state that all threads share; leave the option out"
                             : "needs a state that all threads share; leave the option out"));
        }
        if constexpr (std::is_same_v<Rule, Ftrl>) {
          require(
              std::holds_alternative<Constant>(options.schedule) && options.warm_up == 0,
              "schedule",
              reason(
                  "uses one learning rate for the whole run; leave out --schedule and --warm-up"));
          require(
              !options.average || !penalised, "average",
              reason(
                  "can't average weights under a penalty; leave out --average, or --l1 and --l2"));
          require(options.init == 0, "init", reason("can't start at given weights; leave it out"));
          require(!options.resume, "resume", reason("can't start at given weights; leave it out"));
        }
        if constexpr (has_memory<Rule>) {
          require(!options.average, "average", reason("can't average weights; leave it out"));
        }
      },
      options.update_rule);
  require(!options.average || options.state == StateHome::shared, "average",
          "it needs a shared state; leave out --state per-thread");
  require(
      !(full || deterministic) || options.state == StateHome::shared, "state",
      "it does not work with --strategy deterministic or --batch-size full; leave the option out");
  require(options.state == StateHome::shared || (options.l1 == 0 && options.l2 == 0), "state",
          "with --l1 or --l2 the state must be shared; leave out --state per-thread");
}

}  // namespace hogwild
