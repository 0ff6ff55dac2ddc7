#include "cli/train_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <charconv>
#include <cstdint>
#include <optional>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "update/rule_numbers.hpp"

namespace hogwild::cli {
namespace {

template <class Variant>
Variant chosen(const std::string& name) {
  return *alternative_named<Variant>(name);  // the option's check has seen to it
}

// "3:0.5,6:0.1": from epoch 3 on half the rate, from epoch 6 on a tenth.
std::vector<std::pair<double, double>> step_table(const std::string& text) {
  std::vector<std::pair<double, double>> table;
  std::istringstream stream(text);
  for (std::string entry; std::getline(stream, entry, ',');) {
    std::istringstream pair(entry);
    double epoch = 0, factor = 0;
    char colon = 0;
    if (!(pair >> epoch >> colon >> factor) || colon != ':' || !pair.eof()) {
      throw OptionError("steps", fmt::format("'{}' is not EPOCH:FACTOR", entry));
    }
    table.emplace_back(epoch, factor);
  }
  if (table.empty()) throw OptionError("schedule", "steps needs its table: --steps 3:0.5,6:0.1");
  return table;
}

// A whole text as a number.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  if (text.starts_with('+')) text.remove_prefix(1);
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<float> learning_rate(const std::string& text) {
  if (text == "auto") return std::nullopt;
  if (const auto rate = number_in<float>(text)) return rate;
  throw OptionError("learning-rate", fmt::format("'{}' is neither a number nor auto", text));
}

std::uint64_t batch_size(const std::string& text) {
  if (text == "full") return kFullBatch;
  const auto rows = number_in<std::uint64_t>(text);
  if (rows && *rows > 0) return *rows;
  throw OptionError("batch-size", fmt::format("'{}' is neither a number above 0 nor full", text));
}

// "zero" or "normal:0.1".
float initial_deviation(const std::string& text) {
  constexpr std::string_view kNormal = "normal:";
  if (text == "zero") return 0;
  if (text.starts_with(kNormal)) {
    if (const auto deviation = number_in<float>(std::string_view(text).substr(kNormal.size()))) {
      return *deviation;
    }
  }
  throw OptionError("init", fmt::format("'{}' is neither zero nor normal:S", text));
}

// "1=5" or several of them with commas between.
std::vector<std::pair<std::string, float>> class_weights(const std::vector<std::string>& texts) {
  std::vector<std::pair<std::string, float>> weights;
  for (const std::string& text : texts) {
    const auto equals = text.rfind('=');
    const std::string label = text.substr(0, equals);
    const auto weight = equals == std::string::npos
                            ? std::nullopt
                            : number_in<float>(std::string_view(text).substr(equals + 1));
    if (label.empty() || !weight) {
      throw OptionError("class-weight", fmt::format("'{}' is not LABEL=WEIGHT", text));
    }
    weights.emplace_back(canonical_class_name(label), *weight);
  }
  return weights;
}

}  // namespace

namespace {

// "adagrad, adam": the rules that have a number of that name.
std::string rules_with(std::string_view number) {
  std::vector<std::string_view> names;
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for_each_number(rule, [&](std::string_view name, float) {
      if (name == number) names.push_back(rule.kName);
    });
  });
  return fmt::format("{}", fmt::join(names, ", "));
}

}  // namespace

void set_rule_options(const TrainArguments& arguments, const CLI::App& command,
                      AnyUpdateRule& rule_chosen, bool strict) {
  const auto set = [&](const std::string& typed, float value) {
    if (command.count("--" + typed) == 0) return;
    bool has_it = false;
    const auto set_in = [&](auto& rule) {
      for_each_number(rule, [&](std::string_view name, float& number) {
        if (name == typed) number = value, has_it = true;
      });
    };
    std::visit(set_in, rule_chosen);
    if (!has_it && strict) {
      throw OptionError(
          typed, fmt::format("{} has none; it is of {}", name_of(rule_chosen), rules_with(typed)));
    }
  };
  set("gamma", arguments.gamma);
  set("rho", arguments.rho);
  set("beta", arguments.beta);
  set("beta1", arguments.beta1);
  set("beta2", arguments.beta2);
  set("epsilon", arguments.epsilon);
}

TrainOptions train_options(const TrainArguments& arguments, const CLI::App& command, bool strict) {
  TrainOptions options = arguments.train;
  options.loss = chosen<AnyLoss>(arguments.loss);
  options.update_rule = chosen<AnyUpdateRule>(arguments.optimizer);
  options.schedule = chosen<AnySchedule>(arguments.schedule);
  options.bias = !arguments.no_bias;
  options.learning_rate = learning_rate(arguments.learning_rate);
  options.find_epsilon = command.count("--epsilon") == 0;
  options.batch_size = batch_size(arguments.batch_size);
  options.init = initial_deviation(arguments.init);
  options.class_weights = class_weights(arguments.class_weights);
  if (!arguments.resume.empty()) {
    Checkpoint checkpoint = load_checkpoint(arguments.resume);
    if (checkpoint.state && !arguments.weights_only && arguments.distributed.empty()) {
      options.resume_state = std::move(checkpoint.state);
    } else {
      options.resume = std::move(checkpoint.model);
    }
  } else if (arguments.weights_only) {
    throw OptionError("weights-only", "it is about --resume, which was not given");
  }
  options.parameters = arguments.parameters;
  options.keep_state = !arguments.checkpoint.empty() && arguments.distributed.empty();
  if (options.order != RowOrder::curriculum) {
    for (const char* name : {"curriculum", "levels", "difficulty"}) {
      if (command.count(std::string("--") + name) != 0) {
        throw OptionError(name, "it is part of --order curriculum, which was not chosen");
      }
    }
  }
  set_rule_options(arguments, command, options.update_rule, strict);
  if (command.count("--decay") != 0) {
    std::visit(
        [&](auto& schedule) {
          if constexpr (requires { schedule.decay; }) {
            schedule.decay = arguments.decay;
          } else {
            throw OptionError("decay", fmt::format("the {} schedule has none; choose another "
                                                   "with --schedule",
                                                   schedule.kName));
          }
        },
        options.schedule);
  }
  if (auto* steps = std::get_if<Steps>(&options.schedule)) {
    steps->table = step_table(arguments.steps);
  } else if (command.count("--steps") != 0) {
    throw OptionError("steps", "it is the table of --schedule steps, which was not chosen");
  }
  return options;
}

void add_train_arguments(CLI::App& command, TrainArguments& arguments) {
  TrainOptions& train = arguments.train;
  add_data_options(command, arguments.data, DataFor::training);
  auto* valid =
      command.add_option("--valid", arguments.valid, "evaluate on this file after each epoch")
          ->type_name("FILE");
  command
      .add_option("--valid-fraction", arguments.valid_fraction,
                  "keep this share of the rows for validation")
      ->type_name("F")
      ->excludes(valid);
  command.add_option("--epochs", train.epochs, "passes over the data (default: 1)")
      ->type_name("N")
      ->check(digits());
  add_threads_option(
      command, arguments.train.threads,
      "N, but at most one a core where each has weights of its own (see --no-views); auto: one "
      "a core, fewer for few rows (default: auto)");
  add_pin_option(command, arguments.train.pin);
  command
      .add_option(
          "--memory-limit", arguments.memory_limit,
          "hold rows only up to this (8G, 500M): where more text than that is to be learnt, "
          "it is learnt as it is read (default: three quarters of the memory there is)")
      ->type_name("BYTES")
      ->transform(CLI::AsSizeValue(false).description(""));
  command
      .add_option("--seed", train.seed,
                  "of the order of rows; with one thread, equal seeds give "
                  "equal bytes (default: 1)")
      ->type_name("S")
      ->check(digits());
  add_alternative<AnyLoss>(command, "--loss", arguments.loss, "what to minimise");
  command.add_flag("--one-vs-rest", train.one_vs_rest,
                   "labels are classes of any name, each learnt against the rest (softmax learns "
                   "them at once)");
  command
      .add_option("--gamma", arguments.gamma,
                  "what velocities keep: momentum, nesterov, nesterov_adagrad (default: 0.9, of "
                  "nesterov_adagrad 0.5)")
      ->type_name("X");
  command.add_option("--rho", arguments.rho, "what means keep: adadelta, rmsprop (default: 0.9)")
      ->type_name("X");
  command.add_option("--beta", arguments.beta, "makes ftrl's first steps smaller (default: 1)")
      ->type_name("X");
  command.add_option("--beta1", arguments.beta1, "what adam's mean keeps (default: 0.9)")
      ->type_name("X");
  command
      .add_option("--beta2", arguments.beta2, "what adam's mean of squares keeps (default: 0.999)")
      ->type_name("X");
  command
      .add_option("--epsilon", arguments.epsilon,
                  "keeps divisors from 0 (default: 1e-8; adadelta 1e-6)")
      ->type_name("X");
  add_choice<StateHome>(command, "--state", train.state,
                        "the optimizer's state: shared beside the weights, or each thread's own "
                        "(default: shared)",
                        {{"shared", StateHome::shared}, {"per-thread", StateHome::per_thread}});
  command
      .add_option("--learning-rate", arguments.learning_rate,
                  "the initial rate; auto: found by short trials on a sample, with adagrad's "
                  "epsilon unless "
                  "that is given (default: auto)")
      ->type_name("auto|X");
  command
      .add_option(
          "--batch-size", arguments.batch_size,
          "rows a step, their gradients averaged; full: all rows, one step an epoch (default: 1; "
          "with allreduce and graph 2 to 64, by the number of rows)")
      ->type_name("N|full");
  add_alternative<AnySchedule>(command, "--schedule", arguments.schedule, "how the rate goes on");
  command
      .add_option(
          "--decay", arguments.decay,
          "of the schedule, by epoch (default: exponential 0.9, inverse and inverse_sqrt 1, "
          "plateau 0.5)")
      ->type_name("K");
  command.add_option("--steps", arguments.steps, "the table of --schedule steps: EPOCH:FACTOR,...")
      ->type_name("TABLE");
  command
      .add_option("--warm-up", train.warm_up, "epochs in which the rate rises from 0 (default: 0)")
      ->type_name("EPOCHS");
  command
      .add_option("--early-stopping", train.early_stopping,
                  "end after that many epochs without a better validation loss; keep the best")
      ->type_name("PATIENCE");
  command
      .add_option("--min-delta", train.min_delta,
                  "what counts as better, lower by more (default: 0)")
      ->type_name("X");
  command
      .add_option("--stop-after", train.stop_after,
                  "end after that many of the epochs, on the schedule of all of them")
      ->type_name("N");
  command.add_option("--l1", train.l1, "penalty on |w| (default: 0)")->type_name("X");
  command.add_option("--l2", train.l2, "penalty on w^2/2 (default: 0)")->type_name("X");
  add_choice<PenaltyMethod>(
      command, "--penalty", train.penalty_method,
      "how it reaches the weights a row does not touch: degree, each row paying for others; exact, "
      "each weight catching up, with sgd at a constant rate and adagrad (default: degree)",
      {{"degree", PenaltyMethod::degree}, {"exact", PenaltyMethod::exact}});
  command
      .add_option("--class-weight", arguments.class_weights,
                  "rows of label L, a number or a class's name, count as W; may be given several "
                  "times, or as "
                  "L=W,L=W")
      ->type_name("L=W")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--init", arguments.init,
                  "where weights start: at zero, or normally distributed (default: zero)")
      ->type_name("zero|normal:S");
  command
      .add_option("--gradient-noise", train.gradient_noise,
                  "add N(0, ETA/(1+t)^0.55) to each gradient of step t (default: 0)")
      ->type_name("ETA");
  command.add_flag("--batch-norm", train.batch_norm,
                   "normalise the margins of each batch; the model folds it in");
  command.add_flag("--average", train.average, "keep the mean of the weights over all steps");
  add_choice<RowOrder>(command, "--order", train.order,
                       "of the rows in an epoch (default: shuffle)",
                       {{"shuffle", RowOrder::shuffle},
                        {"sequential", RowOrder::sequential},
                        {"curriculum", RowOrder::curriculum}});
  add_choice<CurriculumKind>(
      command, "--curriculum", train.curriculum,
      "with --order curriculum: naive, easy rows first, level by level; mixed, easy rows more "
      "often; combined, half and half (default: combined)",
      {{"naive", CurriculumKind::naive},
       {"mixed", CurriculumKind::mixed},
       {"combined", CurriculumKind::combined}});
  command.add_option("--levels", train.levels, "of a curriculum's difficulty (default: 5)")
      ->type_name("L");
  command
      .add_option("--difficulty", arguments.difficulty,
                  "of a row in a curriculum: its non-zeros; a small margin under an earlier model; "
                  "or a file with a number a line (default: nonzeros)")
      ->type_name("nonzeros|margin:MODEL|FILE");
  command.add_flag("--no-bias", arguments.no_bias, "learn no additive constant");
  add_choice<Strategy>(
      command, "--strategy", train.strategy,
      "how threads share the weights: racy; compare-exchange; one lock; or deterministic, the same "
      "bits on any number of threads, of groups of 64 rows whose margins are taken at the same "
      "weights, or of batches (default: hogwild)",
      {{"hogwild", Strategy::hogwild},
       {"atomic", Strategy::atomic},
       {"locked", Strategy::locked},
       {"deterministic", Strategy::deterministic}});
  command.add_flag(
      "!--no-views", train.worker_views,
      "never let threads step weights of their own for the most frequent features; else "
      "they do where that is measured to be faster");
  add_progress_option(command, arguments.progress);
}

}  // namespace hogwild::cli
