// hogwild compare
#include <fmt/format.h>

#include <cmath>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "cli/contender_table.hpp"
#include "cli/progress.hpp"
#include "cli/train_outcome.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/lab/compare.hpp"
#include "hogwild/report/page.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/train/train.hpp"
#include "options/value_text.hpp"

namespace hogwild::cli {
namespace {

struct CompareCommand {
  TrainArguments train;
  std::vector<std::string> rules{kNamesOf<AnyUpdateRule>.begin(), kNamesOf<AnyUpdateRule>.end()};
  bool json = false;
};

// The rules that the options fit; of the others it is said why they are left out.
std::vector<AnyUpdateRule> contending(const CompareCommand& command, ProgressDisplay& display) {
  std::vector<AnyUpdateRule> rules;
  for (const std::string& name : command.rules) {
    Settings its = command.train.settings;
    its.train.update_rule = alternative_of<AnyUpdateRule>("rules", name);
    const TrainOptions options = train_options(its, command.rules.size() == 1);
    try {
      require_valid(kCompared, {.train = options, .files = its.files, .validation_to_come = true});
      rules.push_back(options.update_rule);
    } catch (const OptionError& error) {
      if (command.rules.size() == 1) throw;
      display.say(fmt::format("{} is left out: --{}", name, error.what()));
    }
  }
  if (rules.empty())
    throw OptionError("rules", "none of these update rules works with the other options");
  return rules;
}

// A table that is drawn anew while rules learn; or where there is no bar a line for each at its
// end.
class TableObserver final : public lab::CompareObserver {
 public:
  TableObserver(ProgressDisplay& display, const std::vector<AnyUpdateRule>& rules, int epochs)
      : display_(display), table_(rules, epochs) {
    display_.draw_above([this](bool blocks) { return table_.lines(blocks); });
  }
  ~TableObserver() override { display_.draw_above({}); }
  TableObserver(const TableObserver&) = delete;
  TableObserver& operator=(const TableObserver&) = delete;

  void on_begin(const AnyUpdateRule& rule) override { table_.begin(rule); }
  void on_rate(const RateSearch& search) override { table_.rate(search); }
  void on_progress(const Progress& progress) override { display_.on_progress(progress); }
  void on_epoch(const EpochReport& report) override {
    table_.epoch(report);
    display_.on_epoch(report);
  }
  void on_end(const lab::Contender& contender) override {
    table_.end(contender);
    if (display_.has_bar()) return;
    const TrainResult& result = contender.result;
    display_.say(fmt::format(
        "{:<18} best loss {:.5f} in {} epochs, {:.3f} s{}", name_of(contender.rule),
        contender.best_loss, result.epochs.size(), result.seconds,
        result.reason == StopReason::epochs ? "" : fmt::format(", {}", name_of(result.reason))));
  }
  bool stop_requested() override { return interrupted(); }

 private:
  ProgressDisplay& display_;
  ContenderTable table_;
};

int run(CompareCommand& command, const CLI::App& app) {
  validate_on_a_tenth(command.train.settings);
  require_report(command.train);
  ProgressDisplay display(command.train.progress);
  const auto rules = contending(command, display);
  TrainOptions asked = train_options(command.train.settings, false);
  asked.update_rule = rules.front();
  const auto [stream, rows, options] =
      open_rows(command.train.paths, command.train.files(), asked, display, Holding::always);
  const Dataset& data = *rows;

  const InterruptGuard guard;
  TableObserver observer(display, rules, options.epochs);
  const auto contenders = lab::compare(data, options, rules, observer);
  display.clear();
  if (command.json) {
    for (const lab::Contender& contender : contenders) print(json_line(contender) + "\n");
  } else {
    print(table(contenders));
  }
  const bool any = !contenders.empty() && std::isfinite(contenders.front().best_loss);
  const auto how_far =
      fmt::format("after {} of {} rules were started", contenders.size(), rules.size());
  if (report_interrupted(command.train, app, section_of(contenders), data, how_far)) {
    return kInterrupted;
  }
  note((any ? "" : "hogwild: ") + lab::advice(contenders));
  return any ? kDone : kDiverged;
}

}  // namespace

void add_compare_command(CLI::App& app, Action& action) {
  auto [sub, command] = add_command<CompareCommand>(
      app, action, "compare", "train with every update rule and compare the losses", run);
  sub.option_defaults()->group("Comparison");
  command.train.settings.train.epochs = 5;
  command.train.settings.files.valid_fraction = 0.1;
  listed(sub.add_option("--rules", command.rules, "update rules to compare (default: all)"))
      ->type_name("RULE,...")
      ->check(one_of(command.rules));
  sub.add_flag("--json", command.json, "print a line of JSON per update rule");
  add_train_arguments(sub, command.train, kCompare, kCompared);
  add_report_option(sub, command.train.report);
  sub.footer(
      "Each update rule trains on the same rows with the same options; its learning rate is found "
      "for it. The table is sorted by validation loss. No model is saved.\nExamples:\n  hogwild "
      "compare data.svm\n  hogwild compare data.svm --rules sgd,adagrad,adam --epochs 10 --json > "
      "runs.jsonl");
}

}  // namespace hogwild::cli
