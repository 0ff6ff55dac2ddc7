#include "cli/train_arguments.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <concepts>
#include <sstream>
#include <utility>
#include <vector>

#include "hogwild/core/error.hpp"

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

// "adagrad 0.1, adam 0.001, ...": the rates that rules have of their own.
std::string default_rates() {
  std::vector<std::string> rates;
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    if (has_rate<decltype(rule)>)
      rates.push_back(fmt::format("{} {}", rule.kName, rule.kDefaultRate));
  });
  return fmt::format("{}", fmt::join(rates, ", "));
}

template <class Variant>
void add_alternative(CLI::App& app, const std::string& name, std::string& value,
                     const std::string& description) {
  const std::vector<std::string> names(kNamesOf<Variant>.begin(), kNamesOf<Variant>.end());
  app.add_option(name, value, fmt::format("{} (default: {})", description, value))
      ->type_name(fmt::format("{}", fmt::join(names, "|")))
      ->check(CLI::IsMember(names).description(""));
}

}  // namespace

TrainOptions train_options(const TrainArguments& arguments, const CLI::App& command) {
  TrainOptions options = arguments.train;
  options.loss = chosen<AnyLoss>(arguments.loss);
  options.update_rule = chosen<AnyUpdateRule>(arguments.optimizer);
  options.schedule = chosen<AnySchedule>(arguments.schedule);
  options.bias = !arguments.no_bias;
  if (arguments.threads != "auto") options.threads = std::stoi(arguments.threads);
  if (command.count("--learning-rate") != 0) options.learning_rate = arguments.learning_rate;
  const auto set = [&](const std::string& name, float value, auto member) {
    if (command.count("--" + name) == 0) return;
    std::visit(
        [&](auto& rule) {
          if constexpr (std::invocable<decltype(member), decltype(rule)>) {
            member(rule) = value;
          } else {
            throw OptionError(name, fmt::format("{} has none", rule.kName));
          }
        },
        options.update_rule);
  };
  set("gamma", arguments.gamma, [](auto& r) -> decltype((r.gamma)) { return r.gamma; });
  set("rho", arguments.rho, [](auto& r) -> decltype((r.rho)) { return r.rho; });
  set("beta1", arguments.beta1, [](auto& r) -> decltype((r.beta1)) { return r.beta1; });
  set("beta2", arguments.beta2, [](auto& r) -> decltype((r.beta2)) { return r.beta2; });
  set("epsilon", arguments.epsilon, [](auto& r) -> decltype((r.epsilon)) { return r.epsilon; });
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
  command.add_option("-o,--output", arguments.output, "where to save the model")
      ->type_name("MODEL")
      ->required();
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
  command
      .add_option("--threads", arguments.threads,
                  "exactly N; auto: one a core, fewer for few rows "
                  "(default: auto)")
      ->type_name("N|auto")
      ->check([](const std::string& text) -> std::string {
        const bool digits = !text.empty() && text.size() < 6 &&
                            text.find_first_not_of("0123456789") == std::string::npos;
        if (text == "auto" || (digits && std::stoi(text) > 0)) return {};
        return "'" + text + "' is neither a number above 0 nor auto";
      });
  command
      .add_option("--seed", train.seed,
                  "of the order of rows; with one thread, equal seeds give "
                  "equal bytes (default: 1)")
      ->type_name("S")
      ->check(digits());
  add_alternative<AnyLoss>(command, "--loss", arguments.loss, "what to minimise");
  add_alternative<AnyUpdateRule>(command, "--optimizer", arguments.optimizer, "how a step is made");
  command
      .add_option("--gamma", arguments.gamma,
                  "what velocities keep: momentum, nesterov (default: 0.9)")
      ->type_name("X");
  command.add_option("--rho", arguments.rho, "what means keep: adadelta, rmsprop (default: 0.9)")
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
                  "the initial rate (default: " + default_rates() + ")")
      ->type_name("X");
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
  command.add_flag(
      "--refit", train.refit,
      "then learn from all rows, validation included, for as many epochs as were best");
  command
      .add_option("--stop-after", train.stop_after,
                  "end after that many of the epochs, on the schedule of all of them")
      ->type_name("N");
  command.add_option("--l1", train.l1, "penalty on |w| (default: 0)")->type_name("X");
  command.add_option("--l2", train.l2, "penalty on w^2/2 (default: 0)")->type_name("X");
  add_choice<RowOrder>(command, "--order", train.order,
                       "of the rows in an epoch (default: shuffle)",
                       {{"shuffle", RowOrder::shuffle}, {"sequential", RowOrder::sequential}});
  command.add_flag("--no-bias", arguments.no_bias, "learn no additive constant");
  add_choice<Strategy>(
      command, "--strategy", train.strategy,
      "how threads share the weights: racy, compare-exchange, or one lock "
      "(default: hogwild)",
      {{"hogwild", Strategy::hogwild}, {"atomic", Strategy::atomic}, {"locked", Strategy::locked}});
  add_choice<ProgressStyle>(command, "--progress", arguments.progress,
                            "on stderr (default: auto, a bar on a terminal, else lines)",
                            {{"auto", ProgressStyle::automatic},
                             {"bar", ProgressStyle::bar},
                             {"plain", ProgressStyle::plain},
                             {"none", ProgressStyle::none}});
  command.add_option("--log", arguments.log, "a JSON line for each epoch and for the end")
      ->type_name("FILE");
}

}  // namespace hogwild::cli
