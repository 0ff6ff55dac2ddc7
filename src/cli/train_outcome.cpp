#include "cli/train_outcome.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstring>
#include <iterator>
#include <map>
#include <sstream>
#include <vector>

#include "cli/command.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/report/report.hpp"

namespace hogwild::cli {
namespace {

// "90s", "10m", "1h", or a number of seconds.
std::chrono::duration<double> time_in(const std::string& text) {
  std::istringstream stream(text);
  double number = 0;
  std::string unit;
  stream >> number >> unit;
  const std::map<std::string, double> units{{"", 1}, {"s", 1}, {"m", 60}, {"h", 3600}};
  const auto found = units.find(unit);
  if (found == units.end() || !(number > 0) || !stream.eof()) {
    throw OptionError("checkpoint-every",
                      fmt::format("'{}' is not a time; write 90s, 10m or 1h", text));
  }
  return std::chrono::duration<double>(number * found->second);
}

}  // namespace

TrainDisplay::TrainDisplay(const TrainArguments& command)
    : ProgressDisplay(command.progress),
      path_(command.log),
      checkpoint_(command.checkpoint),
      every_(std::chrono::duration_cast<Clock::duration>(time_in(command.checkpoint_every))) {
  if (path_.empty()) return;
  log_.open(path_);
  if (!log_) throw IoError(path_, std::strerror(errno), "check the path given to --log");
}

bool TrainDisplay::checkpoint_due() {
  return !checkpoint_.empty() && Clock::now() >= next_;
}

void TrainDisplay::on_checkpoint(const Checkpoint& checkpoint) {
  try {
    save(checkpoint, checkpoint_);
  } catch (const Error& error) {
    warn(fmt::format("no checkpoint: {}", error.what()));
  }
  next_ = Clock::now() + every_;
}

void TrainDisplay::warn(const std::string& line) {
  clear();
  note("hogwild: " + line);
}

void TrainDisplay::on_epoch(const EpochReport& report) {
  write(json_line(report));
  ProgressDisplay::on_epoch(report);
  say(fmt::format("{} {:>3}  {:8.3f} s  train loss {:.5f}{}", report.refit ? "refit" : "epoch",
                  report.epoch, report.seconds, report.train_loss,
                  report.valid_loss ? fmt::format("  valid loss {:.5f}", *report.valid_loss) : ""));
}

void TrainDisplay::on_rate(const RateSearch& search) {
  if (search.backed_off > 0) {
    say(fmt::format("diverged; trying again with learning rate {:.2g}", search.rate));
    return;
  }
  const std::string for_all =
      search.workers > 1 ? fmt::format(" for the mean of {} workers", search.workers) : "";
  if (search.trials.empty()) {
    say(fmt::format("learning rate {:g}{}, the default: there are too few rows for trial runs",
                    search.rate, for_all));
    return;
  }
  std::string trials;
  for (const RateTrial& trial : search.trials) {
    fmt::format_to(std::back_inserter(trials), "  {:g}: {:.4f}", trial.rate, trial.loss);
  }
  if (search.averaged)
    say("averages of the weights are better than the last weights in trial runs");
  say(fmt::format(
      "learning rate {:g}{}{}, found by trial runs on {} rows, scored on {} other rows, in {:.2f} "
      "s",
      search.rate, search.epsilon ? fmt::format(" with epsilon {:.2g}", *search.epsilon) : "",
      for_all, search.rows, search.held_out, search.seconds));
  say(fmt::format("  loss at{}", trials));
  if (search.epochs > 0) say(fmt::format("  {} epochs for the refit", search.epochs));
  if (!search.doubt.empty()) {
    say(fmt::format("no trial is better than predicting the same for all rows (loss {:.4f}): {}",
                    *search.base_loss, search.doubt));
  }
}

void TrainDisplay::on_scaling(const ScalingReport& report) {
  std::string what;
  if (report.scaled > 0) what = fmt::format("{} features", report.scaled);
  if (report.centred > 0) what += fmt::format(" ({} centred)", report.centred);
  if (report.labels) what += fmt::format("{}labels", what.empty() ? "" : ", ");
  if (report.weights) what += fmt::format("{}weights of rows", what.empty() ? "" : ", ");
  say(fmt::format("learns in other units: {}; the model has the file's", what));
}

void TrainDisplay::on_threads(const ThreadTrial& trial) {
  std::string speeds;
  for (const ThreadTrial::Speed& speed : trial.trials) {
    fmt::format_to(std::back_inserter(speeds), "  {}: {:.0f}", speed.threads,
                   speed.nonzeros_per_second / 1e6);
  }
  say(fmt::format("fastest: {} thread{}; million non-zeros per second by threads:{}", trial.threads,
                  trial.threads == 1 ? "" : "s", speeds));
}

void TrainDisplay::write(const std::string& line) {
  if (log_.is_open()) log_ << line << std::endl;
}

void TrainDisplay::require_log_written() const {
  if (log_.is_open() && !log_) {
    throw IoError(path_, "can't write the log", "free some disk space; the model is saved");
  }
}

namespace {

std::string in_words(const ViewReport& views) {
  if (views.own == 0) return fmt::format("all threads change the same weights: {}", views.reason);
  return fmt::format(
      "each thread had private copies of {} weights, those of the most frequent features, and used "
      "them for {:.0f} % of the rows",
      views.own, 100 * views.share_of_rows);
}

std::vector<std::string> inputs_of(const TrainArguments& command) {
  std::vector<std::string> inputs = command.paths;
  if (!command.files().valid.empty()) inputs.push_back(command.files().valid);
  return inputs;
}

}  // namespace

void require_report(const TrainArguments& command) {
  require_writable({{"report", command.report, "report"}}, inputs_of(command));
}

void require_outputs(const TrainArguments& command) {
  if (command.output.empty()) {
    throw OptionError("output", "the path is empty; give a file for the model");
  }
  require_writable({{"output", command.output, "model"},
                    {"checkpoint", command.checkpoint, "model"},
                    {"parameters", command.settings.train.parameters, "parameter file"},
                    {"log", command.log},
                    {"report", command.report, "report"}},
                   inputs_of(command));
}

bool report_interrupted(const TrainArguments& command, const CLI::App& app, Section section,
                        const Dataset& data, const std::string& how_far) {
  const bool stopped = interrupted();
  if (stopped) section.text += fmt::format(" This run was interrupted {}.", how_far);
  if (!command.report.empty()) {
    write_report(command.report, app, {std::move(section), profile_section(data)});
  }
  if (stopped) note("hogwild: interrupted " + how_far);
  return stopped;
}

int conclude(const TrainResult& result, const TrainArguments& command, const TrainOptions& options,
             TrainDisplay& shown) {
  shown.write(json_line(result));
  if (result.reason == StopReason::diverged) {
    const bool some = !result.epochs.empty();
    if (some) save(result.model, command.output);
    shown.warn(
        fmt::format("training diverged at learning rate {:g}; try --learning-rate {:g}; {}",
                    result.learning_rate, result.learning_rate / 10,
                    some ? fmt::format("the model of the last good epoch is in {}", command.output)
                         : "no model was saved"));
    return kDiverged;
  }
  if (result.rate_search && result.rate_search->interrupted) {
    shown.warn("interrupted during the search for a learning rate; no model was saved");
    return kInterrupted;
  }
  save(result.model, command.output);
  // A run that is interrupted before it has a state leaves an earlier checkpoint alone.
  if (!command.checkpoint.empty() && (result.state || result.reason != StopReason::interrupted)) {
    save(Checkpoint{result.model, result.state}, command.checkpoint);
  }
  const Model& model = result.model;
  std::string labels;
  if (model.classes()) {
    labels = fmt::format(", {} classes", model.outputs());
  } else if (model.is_binary()) {
    labels = fmt::format(", label {} as negative and {} as positive",
                         model.name_of_label(model.labels().negative),
                         model.name_of_label(model.labels().positive));
  }
  if (result.threads > 1) shown.say(in_words(result.views));
  if (options.threads > result.threads) {
    shown.say(fmt::format("{} of {} threads were used, one per core; --no-views uses all",
                          result.threads, options.threads));
  }
  shown.say(fmt::format("saved {}: {} by {} at rate {}, {} thread{}, {:.3f} s of training{}",
                        command.output, name_of(model.loss()), model.provenance().rule,
                        result.learning_rate, result.threads, result.threads == 1 ? "" : "s",
                        result.seconds, labels));
  if (result.reason == StopReason::interrupted) {
    shown.warn(fmt::format("interrupted in epoch {} of {}; the model of {} is in {}",
                           result.epochs.size() + 1, options.epochs,
                           options.early_stopping > 0 && result.best_epoch > 0
                               ? fmt::format("epoch {}, the best,", result.best_epoch)
                               : fmt::format("{} rows", model.provenance().visits),
                           command.output));
    return kInterrupted;
  }
  shown.require_log_written();
  return kDone;
}

}  // namespace hogwild::cli
