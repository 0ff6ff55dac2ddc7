// hogwild train
#include <fmt/format.h>

#include <memory>

#include "cli/command.hpp"
#include "cli/distributed.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/report.hpp"
#include "cli/train_arguments.hpp"
#include "cli/train_outcome.hpp"
#include "cli/training_rows.hpp"
#include "hogwild/data/profile.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/report/sections.hpp"
#include "hogwild/train/stream.hpp"
#include "hogwild/train/train.hpp"

namespace hogwild::cli {
namespace {

class Observer : public TrainObserver {
 public:
  explicit Observer(TrainDisplay& shown) : shown_(shown) {}
  void on_progress(const Progress& progress) override { shown_.progress(progress); }
  void on_epoch(const EpochReport& report) override { shown_.epoch(report); }
  void on_rate(const RateSearch& search) override { shown_.rate(search); }
  void on_threads(const ThreadTrial& trial) override { shown_.threads(trial); }
  bool stop_requested() override { return interrupted(); }
  bool checkpoint_due() override { return shown_.checkpoint_due(); }
  void on_checkpoint(const Model& model) override { shown_.checkpoint(model); }

 private:
  TrainDisplay& shown_;
};

// The rows, as far as they are held: before training, which may put them into another order.
Section data_section(const TrainingRows& rows, ProgressDisplay& display) {
  if (!rows.data) {
    return {.title = "The data",
            .text =
                "The rows were learnt as they were read, and not held to be looked at; hogwild "
                "inspect does that."};
  }
  display.say("profiling the rows for the report");
  return section_of(profile(*rows.data), *rows.data);
}

Section predictions_section(const Model& model, const TrainOptions& options) {
  if (!options.validation) {
    return {.title = "Predictions",
            .text =
                "No rows were kept for validation (--valid, --valid-fraction), and how well "
                "rows are predicted that were learnt tells little; hogwild evaluate --report "
                "looks at others."};
  }
  return section_of(evaluate(model, *options.validation), "the validation rows");
}

int run(const TrainArguments& command, const CLI::App& app) {
  if (!command.distributed.empty()) return run_distributed(command, app);
  require_not_distributed(app);
  TrainOptions options = train_options(command, app);
  require_valid(options, has_validation(command, app));
  require_outputs(command);
  ProgressDisplay display(command.progress);
  TrainDisplay shown(display, command);
  Observer observer(shown);

  TrainingRows rows = take_training_rows(command, app, options, display);

  std::vector<Section> report;
  if (!command.report.empty()) report.push_back(data_section(rows, display));

  const InterruptGuard guard;
  const TrainResult result = rows.stream ? train(*rows.stream, options, observer)
                                         : train(std::move(*rows.data), options, observer);
  if (rows.stream && rows.stream->source().skipped_lines != 0) {
    const Source& source = rows.stream->source();
    display.say(fmt::format("skipped {} malformed lines; the first: {}", source.skipped_lines,
                            source.first_skipped));
  }
  const int status = conclude(result, command, options, shown, display);
  if (!command.report.empty()) {
    std::vector<Section> first{section_of(result)};
    if (!result.epochs.empty()) {
      first.push_back(predictions_section(result.model, options));
      first.push_back(section_of(result.model));
    }
    report.insert(report.begin(), first.begin(), first.end());
    write_report(command.report, app, std::move(report));
  }
  return status;
}

}  // namespace

void add_train_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<TrainArguments>();
  CLI::App& sub = *app.add_subcommand("train", "learn a model from labelled rows");
  sub.add_option("-o,--output", command->output, "where to save the model")
      ->type_name("MODEL")
      ->required();
  add_alternative<AnyUpdateRule>(
      sub, "--optimizer", command->optimizer,
      "how a step is made; on sparse rows a weight moves, and its means and "
      "velocity decay, only when a row touches it");
  add_train_arguments(sub, *command);
  sub.add_flag("--refit", command->train.refit,
               "then learn from all rows, validation included, for as many epochs as were best");
  add_distributed_options(sub, *command);
  sub.add_option("--resume", command->resume,
                 "start at the weights of this model, the rule's state anew")
      ->type_name("MODEL");
  sub.add_option("--checkpoint", command->checkpoint,
                 "save the model so far here while training goes on")
      ->type_name("FILE");
  sub.add_option("--checkpoint-every", command->checkpoint_every,
                 "how often: 90s, 10m, 1h (default: 60s)")
      ->type_name("TIME");
  sub.add_option("--log", command->log, "a JSON line for each epoch and for the end")
      ->type_name("FILE");
  add_report_option(sub, command->report);
  sub.footer(
      "Also: --config FILE takes options from a file, one a line (epochs = 5).\n"
      "Examples:\n"
      "  hogwild train data.svm -o model.hog\n"
      "  hogwild train day1.vw day2.vw -o model.hog --hash-bits 22 --epochs 3\n"
      "  hogwild train data.svm -o model.hog --valid test.svm --epochs 10 --log run.jsonl\n"
      "  mpirun -n 4 hogwild train data.svm -o model.hog --distributed downpour\n"
      "Ctrl-C saves the model so far and exits with 130.");
  sub.callback(
      [&sub, &action, command] { action = [&sub, command] { return run(*command, sub); }; });
}

}  // namespace hogwild::cli
