// hogwild scale
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "cli/display_observer.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/train_arguments.hpp"
#include "cli/train_outcome.hpp"
#include "cli/training_rows.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/report/sections.hpp"
#include "hogwild/train/scale.hpp"

namespace hogwild::cli {
namespace {

struct ScaleCommand {
  TrainArguments train;
  std::vector<int> threads;
  int rounds = 3;
  bool json = false;
};

int cores() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

// 1, 2, 4, ... below the number of cores, and that.
std::vector<int> up_to_cores() {
  std::vector<int> threads;
  for (int n = 1; n < cores(); n *= 2) threads.push_back(n);
  threads.push_back(cores());
  return threads;
}

int run(ScaleCommand& command, const CLI::App& app) {
  if (!has_validation(command.train, app)) command.train.valid_fraction = 0.1;
  require_report(command.train);
  const std::vector<int> threads = command.threads.empty() ? up_to_cores() : command.threads;
  ProgressDisplay display(command.train.progress);
  TrainOptions options = train_options(command.train, app);
  if (options.early_stopping > 0) {
    throw OptionError("early-stopping",
                      "the runs must be of one length to be compared; give --epochs alone");
  }
  const Dataset data = read_training_rows(command.train, app, options, display);

  const InterruptGuard guard;
  DisplayObserver observer(display);
  const auto points = measure_scaling(data, options, threads, command.rounds, observer);
  display.clear();
  if (command.json) {
    for (const ScalePoint& point : points) print(json_line(point) + "\n");
  } else if (!points.empty()) {
    print(table(points));
  }
  const std::string interruption =
      interrupted()
          ? fmt::format("interrupted after {} of {} rounds",
                        points.empty() ? 0 : points.front().seconds.size(), command.rounds)
          : "";
  if (!command.train.report.empty()) {
    Section section = section_of(points);
    if (!interruption.empty()) section.text = "This run was " + interruption + ".";
    write_report(command.train.report, app, {std::move(section), profile_section(data)});
  }
  if (interrupted()) {
    note("hogwild: " + interruption);
    return kInterrupted;
  }
  if (std::ranges::max(threads) > cores()) {
    note(fmt::format("this machine has {} cores; more threads than that share them", cores()));
  }
  const bool diverged =
      std::ranges::any_of(points, [](const ScalePoint& p) { return !std::isfinite(p.loss); });
  if (diverged) note("hogwild: a run diverged; give a smaller --learning-rate");
  return diverged ? kDiverged : kDone;
}

}  // namespace

void add_scale_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<ScaleCommand>();
  CLI::App& sub =
      *app.add_subcommand("scale", "train with several numbers of threads, and time it");
  add_train_arguments(sub, command->train);
  add_alternative<AnyUpdateRule>(sub, "--optimizer", command->train.optimizer,
                                 "how a step is made");
  sub.remove_option(sub.get_option("--threads"));
  sub.add_option("--threads", command->threads,
                 "how many, for each run (default: 1, 2, 4, ... up to the cores)")
      ->type_name("N,...")
      ->allow_extra_args(false)
      ->delimiter(',')
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll)
      ->check(CLI::Range(1, 1024).description(""));
  sub.add_option("--rounds", command->rounds, "runs with each number of threads (default: 3)")
      ->type_name("N")
      ->check(CLI::Range(1, 1000).description(""));
  sub.get_option("--valid-fraction")
      ->description("keep this share of the rows for validation (default: 0.1)");
  sub.add_flag("--json", command->json, "a line of JSON for each number of threads");
  add_report_option(sub, command->train.report);
  sub.footer(
      "Seconds are of training alone, the median of the rounds; the numbers of threads take "
      "turns.\n"
      "The speedup is over the first number; efficiency is the speedup over what as many more\n"
      "threads could bring at best. The loss is that of the validation rows. No model is saved.\n"
      "Examples:\n"
      "  hogwild scale data.svm --threads 1,2,4,8\n"
      "  hogwild scale data.svm --strategy atomic --epochs 3 --json > scale.jsonl");
  sub.callback(
      [&sub, &action, command] { action = [&sub, command] { return run(*command, sub); }; });
}

}  // namespace hogwild::cli
