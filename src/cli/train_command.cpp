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
  void on_checkpoint(const Checkpoint& checkpoint) override { shown_.checkpoint(checkpoint); }

 private:
  TrainDisplay& shown_;
};

// The rows, as far as they are held: before training, which may put them into another order.
Section data_section(const TrainingRows& rows, const TrainOptions& options) {
  if (!rows.data) {
    return {.title = "The rows to learn from",
            .text =
                "The rows were streamed and not kept in memory, so this report can't describe "
                "them; hogwild inspect can."};
  }
  Section section = profile_section(*rows.data);
  if (options.validation) {
    section.text =
        fmt::format("Another {} rows are used for validation.", options.validation->rows());
  }
  return section;
}

Section predictions_section(const Model& model, const TrainOptions& options) {
  if (!options.validation) {
    return {.title = "Predictions",
            .text =
                "There are no validation rows (--valid, --valid-fraction), and predictions on "
                "training rows say little; use hogwild evaluate --report with other rows."};
  }
  if (options.refit) {
    return {.title = "Predictions",
            .text =
                "The model was trained again on all rows, validation rows included (--refit), so "
                "no rows are left to measure it; the validation losses above are those of the run "
                "before."};
  }
  return section_of(evaluate(model, *options.validation), "the validation rows");
}

// Of which epoch the model is.
std::string whose_model(const TrainResult& result, const TrainOptions& options) {
  const bool ended_well =
      result.reason == StopReason::epochs || result.reason == StopReason::early_stopping;
  if (options.refit && ended_well) {
    return fmt::format("trained again on all rows for {} epochs", result.best_epoch);
  }
  if (options.early_stopping > 0 && result.best_epoch > 0) {
    return fmt::format("of epoch {}, the best", result.best_epoch);
  }
  if (result.reason == StopReason::interrupted) return "of the moment when the run was interrupted";
  return fmt::format("of epoch {}, the last", result.epochs.size());
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
  if (!command.report.empty()) report.push_back(data_section(rows, options));

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
      first[0].facts.emplace_back("the model", whose_model(result, options));
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
  CLI::App& sub = *app.add_subcommand("train", "train a model on labelled rows");
  sub.add_option("-o,--output", command->output, "file to save the model to")
      ->type_name("MODEL")
      ->required();
  add_alternative<AnyUpdateRule>(sub, "--optimizer", command->optimizer,
                                 "update rule; on sparse rows a weight, its running means and its "
                                 "velocity change only in steps on rows that have the feature. For "
                                 "--distributed eamsgd the default is nesterov_adagrad");
  add_train_arguments(sub, *command);
  sub.add_flag(
      "--refit", command->train.refit,
      "at the end train again on all rows, validation rows included, for the best number of "
      "epochs");
  add_distributed_options(sub, *command);
  sub.add_option("--resume", command->resume,
                 "continue a run from its checkpoint, with the same files and options; or start at "
                 "the weights of a model, with a new optimizer state")
      ->type_name("CHECKPOINT|MODEL");
  sub.add_flag("--weights-only", command->weights_only,
               "use only the weights of the checkpoint given to --resume");
  sub.add_option(
         "--checkpoint", command->checkpoint,
         "save the run to this file regularly and at the end, so that --resume can continue it "
         "(streamed text, --parameters and --distributed: only its weights)")
      ->type_name("FILE");
  sub.add_option("--checkpoint-every", command->checkpoint_every,
                 "time between checkpoints: 90s, 10m, 1h (default: 60s)")
      ->type_name("TIME");
  sub.add_option("--parameters", command->parameters,
                 "train the weights in this shared file, together with all processes that use it; "
                 "created if it does not exist (in /dev/shm it is in memory only)")
      ->type_name("FILE");
  sub.add_option("--parameter-features", command->train.parameter_features,
                 "number of features of a new --parameters file; needed if other processes use "
                 "higher indices")
      ->type_name("N")
      ->check(digits());
  sub.add_option("--log", command->log,
                 "write a line of JSON per epoch, and one at the end, to this file")
      ->type_name("FILE");
  add_report_option(sub, command->report);
  sub.footer(
      "--config FILE reads options from a file, one per line (epochs = 5).\n"
      "Examples:\n"
      "  hogwild train data.svm -o model.hog\n"
      "  hogwild train day1.vw day2.vw -o model.hog --hash-bits 22 --epochs 3\n"
      "  hogwild train data.svm -o model.hog --valid test.svm --epochs 10 --log run.jsonl\n"
      "  hogwild train data.svm -o m --epochs 20 --checkpoint c --stop-after 10\n"
      "  hogwild train data.svm -o m --epochs 20 --resume c\n"
      "  hogwild train part1.vw -o m1 --hash-bits 22 --parameters /dev/shm/live &\n"
      "  hogwild train part2.vw -o m2 --hash-bits 22 --parameters /dev/shm/live\n"
      "  mpirun -n 4 hogwild train data.svm -o model.hog --distributed downpour\n"
      "Ctrl-C saves the model so far, and exits with status 130.");
  sub.callback(
      [&sub, &action, command] { action = [&sub, command] { return run(*command, sub); }; });
}

}  // namespace hogwild::cli
