// hogwild evaluate
#include <fmt/format.h>

#include "cli/command.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/report/page.hpp"
#include "hogwild/report/report.hpp"

namespace hogwild::cli {
namespace {

struct EvaluateCommand {
  std::string model;
  DataOptions data;
  bool json = false;
  std::string report;
};

int run(EvaluateCommand& command, const CLI::App& app) {
  std::vector<std::string> inputs = command.data.paths;
  inputs.push_back(command.model);
  require_writable({{"report", command.report, "report"}}, inputs);
  const Model model = load_model(command.model);
  const auto [metrics, source, nonzeros] = evaluate(model, command.data.paths, command.data.read());
  print(command.json ? json_line(metrics) + "\n" : table(metrics));
  if (source.unknown_features != 0) {
    note(fmt::format("{} of {} non-zeros have features that the model does not have",
                     source.unknown_features, source.unknown_features + nonzeros));
  }
  if (source.unlabelled_rows != 0) {
    note(fmt::format("left out {} rows without a label", source.unlabelled_rows));
  }
  if (source.skipped_lines != 0) {
    note(fmt::format("skipped {} malformed lines; the first: {}", source.skipped_lines,
                     source.first_skipped));
  }
  if (!command.report.empty()) {
    write_report(command.report, app, {section_of(metrics, source.name()), section_of(model)});
  }
  return kDone;
}

}  // namespace

void add_evaluate_command(CLI::App& app, Action& action) {
  auto [sub, command] = add_command<EvaluateCommand>(app, action, "evaluate",
                                                     "evaluate a model on labelled rows", run);
  sub.add_option("model", command.model, "model file, or a parameter file")
      ->type_name("MODEL|PARAMETERS")
      ->required();
  add_data_options(sub, command.data, DataFor::model);
  sub.add_flag("--json", command.json, "print one line of JSON");
  add_report_option(sub, command.report);
  sub.footer(
      "Examples:\n"
      "  hogwild evaluate model.hog test.svm\n"
      "  hogwild evaluate model.hog test.svm --json\n"
      "  hogwild evaluate model.hog test.svm --report test.html");
}

}  // namespace hogwild::cli
