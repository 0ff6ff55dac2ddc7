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
    require(!present, option, reason + "; leave it out, or --parameters");
  };
  refuse(learns_classes(options), options.one_vs_rest ? "one-vs-rest" : "loss",
         "a file of parameters has one margin a row, and classes have one each");
  refuse(options.strategy == Strategy::locked, "strategy",
         "a lock that a process holds when it is killed would never be let go");
  refuse(options.strategy == Strategy::deterministic || options.batch_size == kFullBatch,
         options.batch_size == kFullBatch ? "batch-size" : "strategy",
         "the threads of other processes do not meet with those of this one");
  refuse(options.state == StateHome::per_thread, "state",
         "the state lies beside the weights, where all processes have it");
  refuse(options.batch_norm, "batch-norm", "other processes would not know its moments");
  refuse(options.average, "average",
         "it goes by the number of steps, which each process has its own of");
  refuse(options.penalty_method == PenaltyMethod::exact, "penalty",
         "exact goes by the number of steps, which each process has its own of");
  refuse(std::holds_alternative<Ftrl>(options.update_rule) && (options.l1 > 0 || options.l2 > 0),
         options.l1 > 0 ? "l1" : "l2",
         "ftrl's penalty goes by the number of steps, which each process has its own of");
  refuse(options.init > 0, "init", "another process may learn before this one has set all weights");
  refuse(options.refit, "refit", "it would learn into what has been learnt already");
  refuse(options.resume_state != nullptr, "resume",
         "a checkpoint's state would overwrite what other processes learn (--weights-only starts a "
         "new file at its weights)");
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
              fmt::format("there is no core {}; this process may use {}", core, in_ranges(cores)));
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
  require(
      std::visit([](const auto& schedule) { return schedule.valid(); }, options.schedule),
      "schedule",
      std::holds_alternative<Steps>(options.schedule)
          ? std::string("the steps' epochs must rise from above 0, and their factors be above 0: "
                        "--steps 3:0.5,6:0.1")
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
            "it needs rows to validate on; give --valid FILE or --valid-fraction 0.1");
  };
  require_validation(options.early_stopping > 0, "early-stopping");
  require_validation(options.refit, "refit");
  const bool plateau = std::holds_alternative<Plateau>(options.schedule);
  require_validation(plateau, "schedule");
  require(!plateau || !options.refit, "refit",
          "it learns the validation rows too, and plateau goes by what they say; choose another "
          "schedule");
  require_valid(options.update_rule);
  std::visit(
      [&](const auto& rule) {
        if constexpr (!has_rate<std::decay_t<decltype(rule)>>) {
          require(!options.learning_rate, "learning-rate",
                  fmt::format("{} finds its own steps and has no rate; leave the option out",
                              rule.kName));
          require(
              options.warm_up == 0, "warm-up",
              fmt::format("{} has no rate that it could change; leave the option out", rule.kName));
          require(
              std::holds_alternative<Constant>(options.schedule), "schedule",
              fmt::format("{} has no rate that it could change; leave the option out", rule.kName));
        }
      },
      options.update_rule);
  require(options.gradient_noise >= 0 && std::isfinite(options.gradient_noise), "gradient-noise",
          fmt::format("{} is not a finite number >= 0", options.gradient_noise));
  require(!options.resume || !options.resume_state, "resume",
          "a run starts at weights or goes on from a state; leave one of the two out");
  require(options.init == 0 || !options.resume, "init",
          "weights start at those of the model to resume; leave one of the two out");
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
            "a step on all rows has no order; leave the option out, or --batch-size full");
  }
  require(options.min_delta == 0 || options.early_stopping > 0, "min-delta",
          "it is part of early stopping; give --early-stopping 3, say");
  require(options.stop_after <= options.epochs, "stop-after",
          fmt::format("{} is past the {} epochs", options.stop_after, options.epochs));
  const bool penalised = options.l1 > 0 || options.l2 > 0;
  const bool deterministic = options.strategy == Strategy::deterministic;
  const bool full = options.batch_size == kFullBatch;
  if (!options.parameters.empty()) require_shared_by_processes(options);
  require(options.parameter_features == 0 || !options.parameters.empty(), "parameter-features",
          "it is about --parameters, which was not given");
  if (options.one_vs_rest) {
    require(!std::holds_alternative<Softmax>(options.loss), "one-vs-rest",
            "softmax learns all classes at once; leave the option out, or choose a binary loss");
    require(std::visit([](const auto& loss) { return loss.kBinary; }, options.loss), "one-vs-rest",
            fmt::format("{} is for labels that are numbers; choose a binary loss",
                        name_of(options.loss)));
  }
  if (options.batch_norm) {
    require(!learns_classes(options), "batch-norm",
            "it normalises the one margin of a row, and with classes there are several; leave it "
            "out");
    require(options.batch_size != 1, "batch-norm",
            "it needs a batch to take the mean and variance of; give --batch-size 64, say");
    require(options.bias, "no-bias",
            "batch norm's beta takes the bias's place; leave the option "
            "out, or --batch-norm");
    require(!penalised, "batch-norm",
            "a penalty on the weights does nothing, since batch norm scales them away; leave out "
            "--l1 and --l2");
  }
  if (full) {
    require(options.strategy == Strategy::hogwild || deterministic, "strategy",
            "a full batch is one step that all threads make together; leave the option out");
  }
  if (options.penalty_method == PenaltyMethod::exact) {
    const bool is_sgd = std::holds_alternative<Sgd>(options.update_rule);
    require(is_sgd || std::holds_alternative<Adagrad>(options.update_rule), "penalty",
            fmt::format("exact needs a rate that stays while a weight is not touched: sgd's or "
                        "adagrad's, not {}'s; choose degree",
                        name_of(options.update_rule)));
    require(std::holds_alternative<Constant>(options.schedule) && options.warm_up == 0, "penalty",
            "exact needs a constant rate; leave out --schedule and --warm-up, or choose degree");
    require(penalised, "penalty", "it says how --l1 and --l2 reach the weights; give one of them");
    require(!options.average, "average", "it does not go with --penalty exact; choose degree");
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
                             ? "changes weight and state as a unit, which threads must share; "
                               "leave the option out"
                             : "makes the weight out of the state, which threads must share; leave "
                               "the option out"));
        }
        if constexpr (std::is_same_v<Rule, Ftrl>) {
          require(std::holds_alternative<Constant>(options.schedule) && options.warm_up == 0,
                  "schedule",
                  reason("takes every step of the run at one rate, and would ignore it; leave out "
                         "--schedule and --warm-up"));
          require(!options.average || !penalised, "average",
                  reason("changes weights that no row touches under a penalty, which the average "
                         "would miss; leave out --average, or --l1 and --l2"));
          require(options.init == 0, "init",
                  reason("has no weight that could be set; leave it out"));
          require(!options.resume, "resume",
                  reason("has no weight that could be set; leave it out"));
        }
        if constexpr (has_memory<Rule>) {
          require(!options.average, "average",
                  reason("changes weight and state as a unit, which has no room for an average"));
        }
      },
      options.update_rule);
  require(!options.average || options.state == StateHome::shared, "average",
          "the average stands beside the shared weight; leave out --state per-thread");
  require(!(full || deterministic) || options.state == StateHome::shared, "state",
          "threads that learn together step each feature in one place; leave the option out");
  require(options.state == StateHome::shared || (options.l1 == 0 && options.l2 == 0), "state",
          "a penalty's step is as long as the sum behind it is short, and a thread's own sum says "
          "nothing of a weight that others have learnt; with l1 or l2 keep the state shared");
}

}  // namespace hogwild
