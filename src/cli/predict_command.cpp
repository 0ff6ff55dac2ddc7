// hogwild predict
#include <fmt/compile.h>
#include <fmt/format.h>

#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "data/rows/row_pass.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild::cli {
namespace {

enum class Output { automatic, probability, margin, label };

struct PredictCommand {
  std::string model;
  DataOptions data;
  Output output = Output::automatic;
};

// The likeliest class, or "name:value" of each.
void add_class_line(const Model& model, const SparseRow& row, Output output,
                    std::vector<float>& outputs, std::string& text) {
  if (output == Output::label) {
    text += (*model.classes())[model.likeliest_class(row)];
  } else {
    output == Output::margin ? model.margins(row, outputs) : model.probabilities(row, outputs);
    for (std::size_t k = 0; k < outputs.size(); ++k) {
      fmt::format_to(std::back_inserter(text), FMT_COMPILE("{}{}:{}"), k == 0 ? "" : " ",
                     (*model.classes())[k], outputs[k]);
    }
  }
  text += '\n';
}

// The predictions of rows, a line each.
std::string lines_of(const Model& model, const RowBatch& batch, Output output) {
  std::string text;
  std::vector<float> outputs(model.outputs());
  for (std::size_t i = 0; i < batch.rows(); ++i) {
    const SparseRow row = batch.row(i);
    if (model.classes()) {
      add_class_line(model, row, output, outputs, text);
    } else {
      const float value = output == Output::probability ? model.predict(row)
                          : output == Output::margin    ? model.margin(row)
                                                        : model.label(row);
      fmt::format_to(std::back_inserter(text), FMT_COMPILE("{}\n"), value);
    }
  }
  return text;
}

int run(PredictCommand& command, const CLI::App&) {
  const std::vector<std::string> standard_input{"-"};
  const auto& paths = command.data.paths.empty() ? standard_input : command.data.paths;
  const Model model = load_model(command.model);
  Output output = command.output;
  if (output == Output::automatic) {
    output = model.classes()             ? Output::label
             : model.gives_probability() ? Output::probability
                                         : Output::margin;
  }
  if (output == Output::probability && !model.gives_probability()) {
    throw OptionError(
        "output",
        fmt::format("a model with {} loss has no probability; use --output margin or label",
                    name_of(model.loss())));
  }
  ReadOptions options = command.data.read();
  options.features = model.features();
  options.class_labels = model.classes() != nullptr;
  const auto predict = [&](const RowBatch& batch) { return lines_of(model, batch, output); };
  const auto print_lines = [](const std::string& lines, const ReadingRecord&) { print(lines); };
  const Source source = pass_over_rows(paths, options, predict, print_lines).source;
  if (source.skipped_lines != 0) {
    note(fmt::format("skipped {} malformed lines, which got no prediction; the first: {}",
                     source.skipped_lines, source.first_skipped));
  }
  return kDone;
}

}  // namespace

void add_predict_command(CLI::App& app, Action& action) {
  auto [sub, command] =
      add_command<PredictCommand>(app, action, "predict", "print a prediction for each row", run);
  sub.add_option("model", command.model, "model file, or a parameter file")
      ->type_name("MODEL|PARAMETERS")
      ->required();
  add_data_options(sub, command.data, DataFor::model);
  sub.get_option("data")->required(false)->description(
      "rows, with or without labels (default: -, standard input)");
  add_choice<Output>(
      sub, "--output", command.output,
      "what to print: the probability, the margin (w.x + bias), or the label; for a multiclass "
      "model NAME:VALUE of each class (default: probability, or margin if the loss has no "
      "probability; label for a multiclass model)",
      {{"probability", Output::probability}, {"margin", Output::margin}, {"label", Output::label}});
  sub.footer(
      "Prints one line per row, in the order of the rows. Features that the model does not have "
      "are ignored.\nExamples:\n  hogwild predict model.hog test.svm > probabilities\n  echo "
      "'1:0.5 7:1' | hogwild predict model.hog --output label");
}

}  // namespace hogwild::cli
