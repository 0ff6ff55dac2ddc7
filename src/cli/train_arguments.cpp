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
  auto* valid = command
                    .add_option("--valid", arguments.valid,
                                "validation rows: the model is evaluated on them after each epoch")
                    ->type_name("FILE");
  command
      .add_option("--valid-fraction", arguments.valid_fraction,
                  "use this share of the rows, from 0 to 1, for validation instead of training")
      ->type_name("F")
      ->excludes(valid);
  command.add_option("--epochs", train.epochs, "number of passes over the rows (default: 1)")
      ->type_name("N")
      ->check(digits());
  add_threads_option(
      command, arguments.train.threads,
      "number of training threads; auto: measured if the run is long and the rows are in memory, "
      "otherwise one per core, fewer for few rows. With private copies of weights (see --no-views) "
      "no more threads than cores are used (default: auto)");
  add_pin_option(command, arguments.train.pin);
  command
      .add_option(
          "--memory-limit", arguments.memory_limit,
          "hold at most this much data in memory (8G, 500M); train streams larger text: it trains "
          "on each row while it is read (default: three quarters of the free memory)")
      ->type_name("BYTES")
      ->transform(CLI::AsSizeValue(false).description(""));
  command
      .add_option("--seed", train.seed,
                  "random seed, for the order of the rows; with one thread, the same seed gives "
                  "the same model, byte for byte (default: 1)")
      ->type_name("S")
      ->check(digits());
  add_alternative<AnyLoss>(command, "--loss", arguments.loss, "loss function");
  command.add_flag("--one-vs-rest", train.one_vs_rest,
                   "labels are names of classes; learn one binary model per class, against all "
                   "other classes (--loss softmax learns all classes in one model)");
  command
      .add_option("--gamma", arguments.gamma,
                  "momentum: the share of the velocity that is kept in each step; for momentum, "
                  "nesterov, nesterov_adagrad (default: 0.9; for nesterov_adagrad 0.5)")
      ->type_name("X");
  command
      .add_option("--rho", arguments.rho,
                  "decay of the running means; for adadelta, rmsprop (default: 0.9)")
      ->type_name("X");
  command
      .add_option("--beta", arguments.beta,
                  "larger values make the first steps smaller; for ftrl (default: 1)")
      ->type_name("X");
  command
      .add_option("--beta1", arguments.beta1,
                  "decay of the mean of the gradients; for adam (default: 0.9)")
      ->type_name("X");
  command
      .add_option("--beta2", arguments.beta2,
                  "decay of the mean of the squared gradients; for adam (default: 0.999)")
      ->type_name("X");
  command
      .add_option("--epsilon", arguments.epsilon,
                  "number added to a divisor to keep it above 0 (default: 1e-8; for adadelta 1e-6; "
                  "for adagrad found from the data if --learning-rate is auto)")
      ->type_name("X");
  add_choice<StateHome>(command, "--state", train.state,
                        "where the optimizer's state is: shared, one state for all threads; "
                        "per-thread, one for each thread (default: shared)",
                        {{"shared", StateHome::shared}, {"per-thread", StateHome::per_thread}});
  command
      .add_option("--learning-rate", arguments.learning_rate,
                  "initial learning rate; auto: found by short trial runs on a sample of the rows "
                  "(default: auto)")
      ->type_name("auto|X");
  command
      .add_option(
          "--batch-size", arguments.batch_size,
          "number of rows per step, whose gradients are averaged; full: one step per epoch on all "
          "rows (default: 1; for --distributed allreduce and graph 2 to 64, by the number of rows)")
      ->type_name("N|full");
  add_alternative<AnySchedule>(command, "--schedule", arguments.schedule,
                               "how the learning rate changes from epoch to epoch");
  command
      .add_option("--decay", arguments.decay,
                  "decay of the schedule per epoch (default: exponential 0.9, inverse and "
                  "inverse_sqrt 1, plateau 0.5)")
      ->type_name("K");
  command
      .add_option("--steps", arguments.steps,
                  "for --schedule steps: factors on the learning rate, each from an epoch on, "
                  "EPOCH:FACTOR,... (3:0.5,6:0.1)")
      ->type_name("TABLE");
  command
      .add_option("--warm-up", train.warm_up,
                  "number of epochs in which the learning rate rises from 0 (default: 0)")
      ->type_name("EPOCHS");
  command
      .add_option("--early-stopping", train.early_stopping,
                  "stop after this many epochs without a better validation loss, and keep the best "
                  "model; needs --valid or --valid-fraction")
      ->type_name("PATIENCE");
  command
      .add_option("--min-delta", train.min_delta,
                  "for --early-stopping: a loss is better if it is lower by more than this "
                  "(default: 0)")
      ->type_name("X");
  command
      .add_option("--stop-after", train.stop_after,
                  "stop after N epochs, but compute the learning rate schedule for --epochs")
      ->type_name("N");
  command.add_option("--l1", train.l1, "L1 penalty: X times the sum of |w| (default: 0)")
      ->type_name("X");
  command.add_option("--l2", train.l2, "L2 penalty: X/2 times the sum of w^2 (default: 0)")
      ->type_name("X");
  add_choice<PenaltyMethod>(
      command, "--penalty", train.penalty_method,
      "how penalties apply to weights that a row does not use: degree, the penalty of a feature is "
      "scaled by 1/frequency; exact, missed penalty steps are made when the weight is used next; "
      "only for sgd at a constant rate and for adagrad (default: degree)",
      {{"degree", PenaltyMethod::degree}, {"exact", PenaltyMethod::exact}});
  command
      .add_option("--class-weight", arguments.class_weights,
                  "rows with label L count W times; repeat the option, or write L=W,L=W")
      ->type_name("L=W")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  command
      .add_option("--init", arguments.init,
                  "initial weights: zero, or random with a normal distribution of standard "
                  "deviation S (default: zero)")
      ->type_name("zero|normal:S");
  command
      .add_option("--gradient-noise", train.gradient_noise,
                  "add random noise of variance ETA/(1+t)^0.55 to each gradient of step t "
                  "(default: 0)")
      ->type_name("ETA");
  command.add_flag(
      "--batch-norm", train.batch_norm,
      "batch normalisation of the margins (w.x + bias); the saved model includes the result");
  command.add_flag("--average", train.average,
                   "save the average of the weights over all steps, not the last weights");
  add_choice<RowOrder>(command, "--order", train.order,
                       "order of the rows in an epoch (default: shuffle)",
                       {{"shuffle", RowOrder::shuffle},
                        {"sequential", RowOrder::sequential},
                        {"curriculum", RowOrder::curriculum}});
  add_choice<CurriculumKind>(
      command, "--curriculum", train.curriculum,
      "for --order curriculum: naive, easy rows first, level by level; mixed, easy rows more "
      "often; combined, half naive and half mixed (default: combined)",
      {{"naive", CurriculumKind::naive},
       {"mixed", CurriculumKind::mixed},
       {"combined", CurriculumKind::combined}});
  command
      .add_option("--levels", train.levels,
                  "for --order curriculum: number of levels of difficulty (default: 5)")
      ->type_name("L");
  command
      .add_option("--difficulty", arguments.difficulty,
                  "for --order curriculum: difficulty of a row: nonzeros, its number of non-zeros; "
                  "margin:MODEL, a small margin (w.x + bias) of that model is difficult; FILE, one "
                  "number per line (default: nonzeros)")
      ->type_name("nonzeros|margin:MODEL|FILE");
  command.add_flag("--no-bias", arguments.no_bias, "learn no bias (intercept)");
  add_choice<Strategy>(
      command, "--strategy", train.strategy,
      "how threads change shared weights: hogwild, by loads and stores, so that a step is lost now "
      "and then; atomic, by compare-and-exchange, so that none is; locked, under one lock; "
      "deterministic, the same model for any number of threads (default: hogwild)",
      {{"hogwild", Strategy::hogwild},
       {"atomic", Strategy::atomic},
       {"locked", Strategy::locked},
       {"deterministic", Strategy::deterministic}});
  command.add_flag("!--no-views", train.worker_views,
                   "all threads change the same weights; by default each thread has private copies "
                   "of the most frequent weights where that is measured to be faster");
  add_progress_option(command, arguments.progress);
}

}  // namespace hogwild::cli
