// hogwild scale
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/train_outcome.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/lab/scale.hpp"
#include "hogwild/report/page.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/train/train.hpp"
#include "options/value_text.hpp"
#include "parallel/cores.hpp"

namespace hogwild::cli {
namespace {

struct ScaleCommand {
  TrainArguments train;
  std::vector<std::string> optimizers{"adagrad"};
  std::vector<std::string> strategies{"hogwild"};
  std::vector<int> threads;
  int rounds = 3;
  bool json = false;
};

// Of a run whose length nobody asked for: enough to measure.
constexpr double kLeastSeconds = 0.3;

// 1, 2, 4, ... below the number of cores, and that.
std::vector<int> up_to_cores() {
  std::vector<int> threads;
  for (int n = 1; n < cores(); n *= 2) threads.push_back(n);
  threads.push_back(cores());
  return threads;
}

lab::ScalePlan plan_of(const ScaleCommand& command) {
  lab::ScalePlan plan{
      .rules = {},
      .sharings = {},
      .threads = command.threads.empty() ? up_to_cores() : command.threads,
      .rounds = command.rounds,
      .least_seconds = command.train.settings.is_given("epochs") ? 0 : kLeastSeconds};
  for (const std::string& name : command.optimizers) {
    Settings its = command.train.settings;
    its.train.update_rule = alternative_of<AnyUpdateRule>("optimizer", name);
    plan.rules.push_back(train_options(its).update_rule);
  }
  for (const std::string& name : command.strategies) {
    plan.sharings.push_back(*lab::sharing_named(name));
  }
  if (std::ranges::find(plan.sharings, lab::Sharing::streamed) != plan.sharings.end()) {
    plan.text.emplace(command.train.paths, command.train.files().read);
  }
  return plan;
}

int run(ScaleCommand& command, const CLI::App& app) {
  validate_on_a_tenth(command.train.settings);
  require_report(command.train);
  const lab::ScalePlan plan = plan_of(command);
  ProgressDisplay display(command.train.progress);
  TrainOptions asked = train_options(command.train.settings, false);
  asked.update_rule = plan.rules.front();
  require_valid(kScaled,
                {.train = asked, .files = command.train.files(), .validation_to_come = true});
  const auto [stream, rows, options] =
      open_rows(command.train.paths, command.train.files(), asked, display, Holding::always);
  const Dataset& data = *rows;

  const InterruptGuard guard;
  const lab::Machine machine = lab::this_machine();
  const auto points = lab::measure_scaling(data, options, plan, display);
  display.clear();
  if (command.json) {
    print(json_line(machine) + "\n");
    for (const lab::ScalePoint& point : points) print(json_line(point) + "\n");
  } else if (!points.empty()) {
    print(in_words(machine) + "\n" + table(points));
  }
  Section section = section_of(points);
  section.text = in_words(machine) + ". " + section.text;
  const auto how_far = fmt::format(
      "after {} of {} rounds", points.empty() ? 0 : points.front().seconds.size(), command.rounds);
  if (report_interrupted(command.train, app, std::move(section), data, how_far))
    return kInterrupted;
  if (std::ranges::max(plan.threads) > cores()) {
    note(
        fmt::format("this machine has {} cores; more threads than that share cores, or are not "
                    "used where threads "
                    "have private copies of weights",
                    cores()));
  }
  const bool diverged =
      std::ranges::any_of(points, [](const lab::ScalePoint& p) { return !std::isfinite(p.loss); });
  if (diverged) note("hogwild: a run diverged; use a smaller --learning-rate");
  return diverged ? kDiverged : kDone;
}

// An option that takes one of several words, or more of them with commas between.
void add_list(CLI::App& command, const std::string& name, std::vector<std::string>& list,
              const std::string& description, std::vector<std::string> words) {
  listed(command.add_option(name, list, description))
      ->type_name(fmt::format("{},...", fmt::join(words, "|")))
      ->check(one_of(std::move(words)));
}

}  // namespace

void add_scale_command(CLI::App& app, Action& action) {
  auto [sub, command] = add_command<ScaleCommand>(
      app, action, "scale", "measure the speed of training by number of threads", run);
  command.train.settings.files.valid_fraction = 0.1;
  sub.option_defaults()->group("Measurement");
  add_list(sub, "--optimizer", command.optimizers, "update rule (default: adagrad)",
           {kNamesOf<AnyUpdateRule>.begin(), kNamesOf<AnyUpdateRule>.end()});
  std::vector<std::string> strategies;
  for (int k = 0; k <= static_cast<int>(lab::Sharing::streamed); ++k) {
    strategies.emplace_back(name_of(static_cast<lab::Sharing>(k)));
  }
  add_list(sub, "--strategy", command.strategies,
           "how threads share weights: hogwild, by loads and stores, with private copies of the "
           "most frequent weights; plain, the same without private copies; atomic, by "
           "compare-and-exchange; locked, under one lock; per-thread, an optimizer state per "
           "thread; deterministic; averaged, the mean of one model per thread; streamed, training "
           "on text while it is read (default: hogwild)",
           std::move(strategies));
  listed(sub.add_option(
             "--threads", command.threads,
             "numbers of threads to measure (default: 1, 2, 4, ... up to the number of cores)"))
      ->type_name("N,...")
      ->check(CLI::Range(1, 1024).description(""));
  sub.add_option("--rounds", command.rounds,
                 "number of runs with each number of threads (default: 3)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000).description(""));
  sub.add_flag("--json", command.json, "print a line of JSON per number of threads");
  add_train_arguments(sub, command.train, kScale, kScaled);
  sub.get_option("--epochs")
      ->description("number of passes over the rows (default: as many as take 0.3 s)");
  add_report_option(sub, command.train.report);
  sub.footer(
      "Seconds are the median training time of the rounds, without reading; for streamed text with "
      "parsing. All combinations run in turn. The speedup is relative to the first number of "
      "threads; the efficiency is the speedup divided by the ratio of threads. The loss is the "
      "validation loss after the last epoch. No model is saved.\nExamples:\n  hogwild scale "
      "data.svm --threads 1,2,4,8\n  hogwild scale data.svm --optimizer sgd,adagrad --strategy "
      "hogwild,plain --json > scale.jsonl\n  hogwild plot --scaling scale.jsonl -o scale.svg");
}

}  // namespace hogwild::cli
