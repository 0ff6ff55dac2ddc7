// hogwild train
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "cli/train_arguments.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/train/train.hpp"

namespace hogwild::cli {
namespace {

// Ctrl-C asks the run to end; a second one ends the program.
std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free);

class InterruptGuard {
 public:
  InterruptGuard() {
    for (std::size_t k = 0; k < std::size(kSignals); ++k) {
      sigaction(kSignals[k], nullptr, &before_[k]);
      if (before_[k].sa_handler == SIG_IGN) continue;  // as under nohup
      struct sigaction action {};
      action.sa_handler = [](int) { interrupted.store(true, std::memory_order_relaxed); };
      action.sa_flags = static_cast<int>(SA_RESETHAND);
      sigaction(kSignals[k], &action, nullptr);
    }
  }
  ~InterruptGuard() {
    for (std::size_t k = 0; k < std::size(kSignals); ++k) {
      sigaction(kSignals[k], &before_[k], nullptr);
    }
  }
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM};
  struct sigaction before_[std::size(kSignals)] = {};
};

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
  bool stop_requested() override { return interrupted.load(std::memory_order_relaxed); }

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

void say_what_was_read(ProgressDisplay& display, const Dataset& data) {
  const Source& source = data.source();
  const FeatureSpace& features = data.features();
  std::string naming = fmt::format("counted from {}", features.index_base);
  if (features.names) naming = "by name";
  if (features.hash_bits != 0) naming = "hashed";
  display.say(fmt::format("read {} as {}: {} rows, {} features {}, {} non-zeros{}", source.name(),
                          source.format, data.rows(), features.size, naming, data.nonzeros(),
                          data.all_ones() ? ", all of them 1" : ""));
  if (source.skipped_lines != 0) {
    display.say(fmt::format("skipped {} malformed lines; the first: {}", source.skipped_lines,
                            source.first_skipped));
  }
}

int run(const TrainArguments& command, const CLI::App& app) {
  TrainOptions options = train_options(command, app);
  require_valid(options, !command.valid.empty() || app.count("--valid-fraction") != 0);
  require_distinct(command);
  require_writable(command.output);
  ProgressDisplay display(command.progress);
  Observer observer(display, command.log);

  DataOptions files = command.data;
  files.read.threads = options.threads;
  files.read.progress = [&](std::uint64_t bytes, std::uint64_t total) {
    display.reading(bytes, total);
  };
  Dataset data = read(files.paths, files.read);
  say_what_was_read(display, data);
  if (!command.valid.empty()) {
    files.read.features = data.features();
    options.validation = read({command.valid}, files.read);
    say_what_was_read(display, *options.validation);
  } else if (app.count("--valid-fraction") != 0) {
    auto [training, validation] = split(data, command.valid_fraction, options.seed);
    data = std::move(training);
    options.validation = std::move(validation);
    display.say(fmt::format("kept {} rows for validation, {} to learn", options.validation->rows(),
                            data.rows()));
  }

  const InterruptGuard guard;
  const TrainResult result = train(data, options, observer);
  observer.write(json_line(result));
  if (result.reason == StopReason::diverged) {
    display.clear();
    note(
        fmt::format("hogwild: training diverged at learning rate {}; try --learning-rate {:g}; "
                    "no model was saved",
                    result.learning_rate, result.learning_rate / 10));
    return kDiverged;
  }
  save(result.model, command.output);
  const Model& model = result.model;
  std::string labels;
  if (model.is_binary()) {
    labels = fmt::format(", label {} as negative and {} as positive", model.labels().negative,
                         model.labels().positive);
  }
  display.say(fmt::format("saved {}: {} by {} at rate {}, {} threads, {:.3f} s of training{}",
                          command.output, name_of(model.loss()), model.provenance().rule,
                          result.learning_rate, result.threads, result.seconds, labels));
  if (result.reason == StopReason::interrupted) {
    display.clear();
    note(fmt::format("hogwild: interrupted after {} of {} rows; the model so far is in {}",
                     model.provenance().visits, data.rows() * static_cast<Offset>(options.epochs),
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
  add_train_arguments(sub, *command);
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
