// hogwild train
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/train_outcome.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/report/page.hpp"
#include "hogwild/train/train.hpp"

namespace hogwild::cli {
namespace {

// The rows, as far as they are held: before training, which may put them into another order.
Section data_section(const TrainingRows& rows) {
  if (!rows.data) {
    return {.title = "The rows to learn from",
            .text =
                "The rows were streamed and not kept in memory, so this report can't describe "
                "them; hogwild inspect can."};
  }
  Section section = profile_section(*rows.data);
  if (const auto& validation = rows.options.validation) {
    section.text = fmt::format("Another {} rows are used for validation.", validation->rows());
  }
  return section;
}

// valid: the file of the validation rows, where training rows were streamed; empty: they are held,
// with the model's features.
Section predictions_section(const Model& model, const TrainOptions& options,
                            const std::string& valid, const ReadOptions& read) {
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
  const Metrics metrics =
      valid.empty() ? evaluate(model, *options.validation) : evaluate(model, {valid}, read).metrics;
  return section_of(metrics, "the validation rows");
}

// Of which epoch the model is.
std::string whose_model(const TrainResult& result, const TrainOptions& options) {
  const bool ended_well =
      result.reason == StopReason::epochs || result.reason == StopReason::early_stopping;
  if (options.refit && ended_well) {
    return fmt::format("trained again on all rows for {} epochs", result.refit_epochs);
  }
  if (options.early_stopping > 0 && result.best_epoch > 0) {
    return fmt::format("of epoch {}, the best", result.best_epoch);
  }
  if (result.reason == StopReason::interrupted) return "of the moment when the run was interrupted";
  return fmt::format("of epoch {}, the last", result.epochs.size());
}

// Throws OptionError if an option was typed that means nothing to a run of one process.
void require_not_distributed(const CLI::App& command) {
  for (const CLI::Option* const option : command.get_options()) {
    if (option->get_group() != "Distributed" || option->count() == 0) continue;
    throw OptionError(option->get_lnames().front(),
                      "it is of runs with --distributed, which was not chosen");
  }
}

int run(TrainArguments& command, const CLI::App& app) {
  if (command.show_options) {
    print(as_configuration(command.settings, kTrain));
    return kDone;
  }
  if (command.settings.distribution) return run_distributed(command, app);
  require_not_distributed(app);
  const Settings& given = command.settings;
  const bool starts_anew = given.files.resume.empty();
  command.settings.files.loss_by_labels =
      starts_anew && !given.is_given("loss") && !given.is_given("one-vs-rest");
  command.settings.files.epochs_by_rows =
      starts_anew && !given.is_given("epochs") && !given.is_given("stop-after");
  TrainOptions asked = started(command.files(), train_options(command.settings));
  asked.keep_state = !command.checkpoint.empty();
  require_valid(command.files(), asked);
  require_outputs(command);
  TrainDisplay shown(command);

  TrainingRows rows = open_rows(command.paths, command.files(), asked, shown);

  std::vector<Section> report;
  if (!command.report.empty()) report.push_back(data_section(rows));

  const InterruptGuard guard;
  const TrainOptions options = rows.options;
  const std::string valid = rows.stream ? command.files().valid : std::string();
  const TrainResult result = train(std::move(rows), shown);
  const int status = conclude(result, command, options, shown);
  if (!command.report.empty()) {
    std::vector<Section> first{section_of(result)};
    if (!result.epochs.empty()) {
      first[0].facts.emplace_back("the model", whose_model(result, options));
      first.push_back(predictions_section(result.model, options, valid, command.files().read));
      first.push_back(section_of(result.model));
    }
    report.insert(report.begin(), first.begin(), first.end());
    write_report(command.report, app, std::move(report));
  }
  return status;
}

}  // namespace

void add_train_command(CLI::App& app, Action& action) {
  auto [sub, command] =
      add_command<TrainArguments>(app, action, "train", "train a model on labelled rows", run);
  sub.add_option("-o,--output", command.output, "file to save the model to")
      ->type_name("MODEL")
      ->required()
      ->group("Most used");
  add_train_arguments(sub, command, kTrain);
  sub.option_defaults()->group("Distributed");
  sub.add_flag("--print-graph", command.print_graph,
               "graph: print the graph of a step before and after the split, in the DOT language");
  sub.add_option("--patience", command.patience,
                 "stop all ranks if one of them is silent for this long (default: 20)")
      ->type_name("SECONDS")
      ->check(CLI::Range(2, 3600).description(""));
  sub.option_defaults()->group("Output");
  sub.add_option(
         "--checkpoint", command.checkpoint,
         "save the run to this file regularly and at the end, so that --resume can continue it "
         "(streamed text, --parameters and --distributed: only its weights)")
      ->type_name("FILE");
  sub.add_option("--checkpoint-every", command.checkpoint_every,
                 "time between checkpoints: 90s, 10m, 1h (default: 60s)")
      ->type_name("TIME");
  sub.add_option("--log", command.log,
                 "write a line of JSON per epoch, and one at the end, to this file")
      ->type_name("FILE");
  add_report_option(sub, command.report);
  sub.add_flag("--show-options", command.show_options,
               "print the options given as a file for --config, the others as comments, and stop");
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
}

#ifndef HOGWILD_HAS_MPI
int run_distributed(const TrainArguments&, const CLI::App&) {
  throw OptionError("distributed",
                    "this hogwild was built without MPI; install libopenmpi-dev and "
                    "libboost-mpi-dev (or MPICH's) and build it again");
}
#endif

}  // namespace hogwild::cli
