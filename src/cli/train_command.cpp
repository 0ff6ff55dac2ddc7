// hogwild train
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/command.hpp"
#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "cli/train_arguments.hpp"
#include "cli/training_rows.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/train/stream.hpp"
#include "hogwild/train/train.hpp"

namespace hogwild::cli {
namespace {

class Observer : public TrainObserver {
 public:
  Observer(ProgressDisplay& display, const std::string& log) : display_(display), path_(log) {
    if (log.empty()) return;
    log_.open(log);
    if (!log_) throw IoError(log, std::strerror(errno), "check the path given to --log");
  }

  void on_progress(const Progress& progress) override { display_.training(progress); }
  void on_epoch(const EpochReport& report) override {
    write(json_line(report));
    display_.say(fmt::format(
        "{} {:>3}  {:8.3f} s  train loss {:.5f}{}", report.refit ? "refit" : "epoch", report.epoch,
        report.seconds, report.train_loss,
        report.valid_loss ? fmt::format("  valid loss {:.5f}", *report.valid_loss) : ""));
  }
  void on_rate(const RateSearch& search) override {
    if (search.backed_off > 0) {
      display_.say(fmt::format("diverged; again at learning rate {:.2g}", search.rate));
      return;
    }
    if (search.trials.empty()) {
      display_.say(
          fmt::format("learning rate {:g}, the rule's own: there are too few rows to try "
                      "others on",
                      search.rate));
      return;
    }
    std::string trials;
    for (const RateTrial& trial : search.trials) {
      fmt::format_to(std::back_inserter(trials), "  {:g}: {:.4f}", trial.rate, trial.loss);
    }
    display_.say(fmt::format(
        "learning rate {:g}{}, by trials of {} rows scored on {} others, {:.2f} s", search.rate,
        search.epsilon ? fmt::format(" with epsilon {:.2g}", *search.epsilon) : "", search.rows,
        search.held_out, search.seconds));
    display_.say(fmt::format("  loss at{}", trials));
  }
  void on_threads(const ThreadTrial& trial) override {
    std::string speeds;
    for (const ThreadTrial::Speed& speed : trial.trials) {
      fmt::format_to(std::back_inserter(speeds), "  {}: {:.0f}", speed.threads,
                     speed.nonzeros_per_second / 1e6);
    }
    display_.say(fmt::format("threads {}, the fastest; million non-zeros a second with{}",
                             trial.threads, speeds));
  }
  bool stop_requested() override { return interrupted(); }

  void write(const std::string& line) {
    if (log_.is_open()) log_ << line << std::endl;
  }

  /// Throws IoError if a line of the log was lost. Asked at the end, when the model is saved.
  void require_log_written() const {
    if (log_.is_open() && !log_) {
      throw IoError(path_, "can't write the log", "make room; the model is saved");
    }
  }

 private:
  ProgressDisplay& display_;
  std::string path_;
  std::ofstream log_;
};

// A run of hours must not end at a file that can't be made.
void require_writable(const std::string& path) {
  if (path.empty()) throw OptionError("output", "the path is empty; name a file for the model");
  struct stat status {};
  if (stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw IoError(path,
                  S_ISDIR(status.st_mode) ? "this is a directory" : "this is not a regular file",
                  "name a file for the model");
  }
  const std::string probe = fmt::format("{}.{:08x}", path, getpid());  // named as save() does it
  const int descriptor = open(probe.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0600);
  if (descriptor < 0) {
    throw IoError(path, fmt::format("can't write there: {}", std::strerror(errno)),
                  "name a file in a folder you may write to");
  }
  close(descriptor);
  unlink(probe.c_str());
}

// What is written must not be what is read.
void require_distinct(const TrainArguments& command) {
  std::vector<std::string> inputs = command.data.paths;
  if (!command.valid.empty()) inputs.push_back(command.valid);
  const auto same = [](const std::string& a, const std::string& b) {
    struct stat first {
    }, second{};
    return a == b || (stat(a.c_str(), &first) == 0 && stat(b.c_str(), &second) == 0 &&
                      first.st_dev == second.st_dev && first.st_ino == second.st_ino &&
                      S_ISREG(first.st_mode));
  };
  for (const std::string& input : inputs) {
    if (same(command.output, input)) {
      throw OptionError("output", fmt::format("{} is an input; name another file", command.output));
    }
    if (!command.log.empty() && same(command.log, input)) {
      throw OptionError("log", fmt::format("{} is an input; name another file", command.log));
    }
  }
  if (!command.log.empty() && same(command.log, command.output)) {
    throw OptionError("log", "it is the model's file; name another");
  }
}

int run(const TrainArguments& command, const CLI::App& app) {
  TrainOptions options = train_options(command, app);
  require_valid(options, has_validation(command, app));
  require_distinct(command);
  require_writable(command.output);
  ProgressDisplay display(command.progress);
  Observer observer(display, command.log);

  TrainingRows rows = take_training_rows(command, app, options, display);

  const InterruptGuard guard;
  const TrainResult result = rows.stream ? train(*rows.stream, options, observer)
                                         : train(std::move(*rows.data), options, observer);
  if (rows.stream && rows.stream->source().skipped_lines != 0) {
    const Source& source = rows.stream->source();
    display.say(fmt::format("skipped {} malformed lines; the first: {}", source.skipped_lines,
                            source.first_skipped));
  }
  observer.write(json_line(result));
  if (result.reason == StopReason::diverged) {
    const bool some = !result.epochs.empty();
    if (some) save(result.model, command.output);
    display.clear();
    note(fmt::format(
        "hogwild: training diverged at learning rate {:g}; try --learning-rate {:g}; {}",
        result.learning_rate, result.learning_rate / 10,
        some ? fmt::format("the model of the epochs before is in {}", command.output)
             : "no model was saved"));
    return kDiverged;
  }
  if (result.rate_search && result.rate_search->interrupted) {
    display.clear();
    note("hogwild: interrupted while a learning rate was being found; no model was saved");
    return kInterrupted;
  }
  save(result.model, command.output);
  const Model& model = result.model;
  std::string labels;
  if (model.classes()) {
    labels = fmt::format(", {} classes", model.outputs());
  } else if (model.is_binary()) {
    labels = fmt::format(", label {} as negative and {} as positive", model.labels().negative,
                         model.labels().positive);
  }
  display.say(fmt::format("saved {}: {} by {} at rate {}, {} thread{}, {:.3f} s of training{}",
                          command.output, name_of(model.loss()), model.provenance().rule,
                          result.learning_rate, result.threads, result.threads == 1 ? "" : "s",
                          result.seconds, labels));
  if (result.reason == StopReason::interrupted) {
    display.clear();
    note(fmt::format("hogwild: interrupted in epoch {} of {}; the model of {} is in {}",
                     result.epochs.size() + 1, options.epochs,
                     options.early_stopping > 0 && result.best_epoch > 0
                         ? fmt::format("epoch {}, the best,", result.best_epoch)
                         : fmt::format("{} rows", model.provenance().visits),
                     command.output));
    return kInterrupted;
  }
  observer.require_log_written();
  return kDone;
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
  sub.add_option("--log", command->log, "a JSON line for each epoch and for the end")
      ->type_name("FILE");
  sub.footer(
      "Also: --config FILE takes options from a file, one a line (epochs = 5).\n"
      "Examples:\n"
      "  hogwild train data.svm -o model.hog\n"
      "  hogwild train day1.vw day2.vw -o model.hog --hash-bits 22 --epochs 3\n"
      "  hogwild train data.svm -o model.hog --valid test.svm --epochs 10 --log run.jsonl\n"
      "Ctrl-C saves the model so far and exits with 130.");
  sub.callback(
      [&sub, &action, command] { action = [&sub, command] { return run(*command, sub); }; });
}

}  // namespace hogwild::cli
