// hogwild train
#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <concepts>
#include <csignal>
#include <cstring>
#include <fstream>
#include <iterator>
#include <memory>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/train/train.hpp"

namespace hogwild::cli {
namespace {

struct TrainCommand {
  DataOptions data;
  TrainOptions train;
  std::string output;
  std::string valid;
  double valid_fraction = 0;
  std::string loss{Logistic::kName};
  std::string optimizer{Adagrad::kName};
  std::string schedule{Constant::kName};
  double decay = 0;
  float gamma = 0, rho = 0, beta1 = 0, beta2 = 0, epsilon = 0;  // of the rule
  float learning_rate = 0;
  bool no_bias = false;
  std::string threads = "auto";
  ProgressStyle progress = ProgressStyle::automatic;
  std::string log;
};

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
        "epoch {:>3}  {:8.3f} s  train loss {:.5f}{}", report.epoch, report.seconds,
        report.train_loss,
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
void require_distinct(const TrainCommand& command) {
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

template <class Variant>
Variant chosen(const std::string& name) {
  return *alternative_named<Variant>(name);  // the option's check has seen to it
}

TrainOptions train_options(const TrainCommand& command, const CLI::App& app) {
  TrainOptions options = command.train;
  options.loss = chosen<AnyLoss>(command.loss);
  options.update_rule = chosen<AnyUpdateRule>(command.optimizer);
  options.schedule = chosen<AnySchedule>(command.schedule);
  options.bias = !command.no_bias;
  if (command.threads != "auto") options.threads = std::stoi(command.threads);
  if (app.count("--learning-rate") != 0) options.learning_rate = command.learning_rate;
  const auto set = [&](const std::string& name, float value, auto member) {
    if (app.count("--" + name) == 0) return;
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
  set("gamma", command.gamma, [](auto& r) -> decltype((r.gamma)) { return r.gamma; });
  set("rho", command.rho, [](auto& r) -> decltype((r.rho)) { return r.rho; });
  set("beta1", command.beta1, [](auto& r) -> decltype((r.beta1)) { return r.beta1; });
  set("beta2", command.beta2, [](auto& r) -> decltype((r.beta2)) { return r.beta2; });
  set("epsilon", command.epsilon, [](auto& r) -> decltype((r.epsilon)) { return r.epsilon; });
  if (app.count("--decay") != 0) {
    std::visit(
        [&](auto& schedule) {
          if constexpr (requires { schedule.decay; }) {
            schedule.decay = command.decay;
          } else {
            throw OptionError("decay", fmt::format("the {} schedule has none; choose another "
                                                   "with --schedule",
                                                   schedule.kName));
          }
        },
        options.schedule);
  }
  return options;
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

int run(const TrainCommand& command, const CLI::App& app) {
  TrainOptions options = train_options(command, app);
  require_valid(options);
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

void add_train_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<TrainCommand>();
  CLI::App& sub = *app.add_subcommand("train", "learn a model from labelled rows");
  TrainOptions& train = command->train;

  add_data_options(sub, command->data, DataFor::training);
  sub.add_option("-o,--output", command->output, "where to save the model")
      ->type_name("MODEL")
      ->required();
  auto* valid = sub.add_option("--valid", command->valid, "evaluate on this file after each epoch")
                    ->type_name("FILE");
  sub.add_option("--valid-fraction", command->valid_fraction,
                 "keep this share of the rows for validation")
      ->type_name("F")
      ->excludes(valid);
  sub.add_option("--epochs", train.epochs, "passes over the data (default: 1)")
      ->type_name("N")
      ->check(digits());
  sub.add_option("--threads", command->threads,
                 "exactly N; auto: one a core, fewer for few rows "
                 "(default: auto)")
      ->type_name("N|auto")
      ->check([](const std::string& text) -> std::string {
        const bool digits = !text.empty() && text.size() < 6 &&
                            text.find_first_not_of("0123456789") == std::string::npos;
        if (text == "auto" || (digits && std::stoi(text) > 0)) return {};
        return "'" + text + "' is neither a number above 0 nor auto";
      });
  sub.add_option("--seed", train.seed,
                 "of the order of rows; with one thread, equal seeds give "
                 "equal bytes (default: 1)")
      ->type_name("S")
      ->check(digits());
  add_alternative<AnyLoss>(sub, "--loss", command->loss, "what to minimise");
  add_alternative<AnyUpdateRule>(sub, "--optimizer", command->optimizer, "how a step is made");
  sub.add_option("--gamma", command->gamma,
                 "what velocities keep: momentum, nesterov (default: 0.9)")
      ->type_name("X");
  sub.add_option("--rho", command->rho, "what means keep: adadelta, rmsprop (default: 0.9)")
      ->type_name("X");
  sub.add_option("--beta1", command->beta1, "what adam's mean keeps (default: 0.9)")
      ->type_name("X");
  sub.add_option("--beta2", command->beta2, "what adam's mean of squares keeps (default: 0.999)")
      ->type_name("X");
  sub.add_option("--epsilon", command->epsilon,
                 "keeps divisors from 0 (default: 1e-8; adadelta 1e-6)")
      ->type_name("X");
  add_choice<StateHome>(sub, "--state", train.state,
                        "the optimizer's state: shared beside the weights, or each thread's own "
                        "(default: shared)",
                        {{"shared", StateHome::shared}, {"per-thread", StateHome::per_thread}});
  sub.add_option("--learning-rate", command->learning_rate,
                 "the initial rate (default: " + default_rates() + ")")
      ->type_name("X");
  add_alternative<AnySchedule>(sub, "--schedule", command->schedule, "how the rate goes on");
  sub.add_option("--decay", command->decay,
                 "of the schedule, by epoch (default: exponential 0.9, inverse and inverse_sqrt 1)")
      ->type_name("K");
  sub.add_option("--l1", train.l1, "penalty on |w| (default: 0)")->type_name("X");
  sub.add_option("--l2", train.l2, "penalty on w^2/2 (default: 0)")->type_name("X");
  add_choice<RowOrder>(sub, "--order", train.order, "of the rows in an epoch (default: shuffle)",
                       {{"shuffle", RowOrder::shuffle}, {"sequential", RowOrder::sequential}});
  sub.add_flag("--no-bias", command->no_bias, "learn no additive constant");
  add_choice<Strategy>(
      sub, "--strategy", train.strategy,
      "how threads share the weights: racy, compare-exchange, or one lock "
      "(default: hogwild)",
      {{"hogwild", Strategy::hogwild}, {"atomic", Strategy::atomic}, {"locked", Strategy::locked}});
  add_choice<ProgressStyle>(sub, "--progress", command->progress,
                            "on stderr (default: auto, a bar on a terminal, else lines)",
                            {{"auto", ProgressStyle::automatic},
                             {"bar", ProgressStyle::bar},
                             {"plain", ProgressStyle::plain},
                             {"none", ProgressStyle::none}});
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
