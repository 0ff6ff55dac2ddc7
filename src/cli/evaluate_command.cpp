// hogwild evaluate
#include <fmt/format.h>

#include <memory>

#include "cli/command.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/report/report.hpp"

namespace hogwild::cli {
namespace {

struct EvaluateCommand {
  std::string model;
  DataOptions data;
  bool json = false;
};

int run(const EvaluateCommand& command) {
  const Model model = load(command.model);
  const auto [metrics, source, nonzeros] = evaluate(model, command.data.paths, command.data.read);
  print(command.json ? json_line(metrics) + "\n" : table(metrics));
  if (source.unknown_features != 0) {
    note(fmt::format("{} of {} non-zeros are of features that the model lacks",
                     source.unknown_features, source.unknown_features + nonzeros));
  }
  if (source.skipped_lines != 0) {
    note(fmt::format("skipped {} malformed lines; the first: {}", source.skipped_lines,
                     source.first_skipped));
  }
  return kDone;
}

}  // namespace

void add_evaluate_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<EvaluateCommand>();
  CLI::App& sub = *app.add_subcommand("evaluate", "measure a model on labelled rows");
  sub.add_option("model", command->model, "the model")->type_name("MODEL")->required();
  add_data_options(sub, command->data, DataFor::model);
  sub.add_flag("--json", command->json, "one line of JSON");
  sub.footer(
      "Examples:\n"
      "  hogwild evaluate model.hog test.svm\n"
      "  hogwild evaluate model.hog test.svm --json");
  sub.callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace hogwild::cli
