// hogwild predict
#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "data/rows/row_pass.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "model/predictions.hpp"

namespace hogwild::cli {
namespace {

struct PredictCommand {
  std::string model;
  DataOptions data;
  Answer output = Answer::automatic;
  bool tags = false;
};

int run(PredictCommand& command, const CLI::App&) {
  const std::vector<std::string> standard_input{"-"};
  const auto& paths = command.data.paths.empty() ? standard_input : command.data.paths;
  const Model model = load_model(command.model);
  const Answer output = resolved(command.output, model);
  if (output == Answer::probability && !model.gives_probability()) {
    throw OptionError(
        "output",
        fmt::format("a model with {} loss has no probability; use --output margin or label",
                    name_of(model.loss())));
  }
  if (command.tags && std::ranges::any_of(paths, is_hogdata)) {
    throw OptionError("tags", "a .hogdata file has no tags; give the text that it was made from");
  }
  ReadOptions options = command.data.read();
  options.features = model.features();
  options.class_labels = model.label_names() != nullptr;
  const auto names = model.classes() ? *model.classes() : std::vector<std::string>();
  const auto predict = [&](const RowBatch& batch) {
    Predictions predictions(model, output, false, names);
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      if (i + 1 < batch.rows()) model.prefetch(batch.row(i + 1));
      const SparseRow row = batch.row(i);
      if (command.tags) predictions.add_tag(batch.tag(i));
      predictions.add(row, model.classes() ? 0 : model.margin(row));
    }
    return std::move(predictions).text();
  };
  const auto print_lines = [](const std::string& lines, const ReadingRecord&) { print(lines); };
  const Source source = pass_over_rows(paths, options, predict, print_lines,
                                       {.each_line = true, .tags = command.tags})
                            .source;
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
  add_choice<Answer>(
      sub, "--output", command.output,
      "what to print: the probability, the margin (w.x + bias), or the label; for a multiclass "
      "model NAME:VALUE of each class (default: probability, or margin if the loss has no "
      "probability; label for a multiclass model)",
      {{"probability", Answer::probability}, {"margin", Answer::margin}, {"label", Answer::label}});
  sub.add_flag(
      "--tags", command.tags,
      "print the tag of the row before each prediction, with a tab between: of libsvm text "
      "the row's comment; nothing if it has none");
  sub.footer(
      "Prints one line per row, in the order of the rows, as soon as the row is there. An empty "
      "line is a row without features. Features that the model does not have are ignored.\n"
      "Examples:\n"
      "  hogwild predict model.hog test.svm > probabilities\n"
      "  echo '1:0.5 7:1' | hogwild predict model.hog --output label");
}

}  // namespace hogwild::cli
