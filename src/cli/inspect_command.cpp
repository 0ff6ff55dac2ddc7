// hogwild inspect
#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "cli/command.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/profile.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/report/report.hpp"
#include "model/weights_in_use.hpp"

namespace hogwild::cli {
namespace {

struct InspectCommand {
  DataOptions data;  // or a model
  bool json = false;
  bool weights = false;
  bool verify = false;
  std::size_t top = 10;
};

std::string weights_of(const Model& model) {
  std::string text;
  // Of several classes each line names its class in between.
  const auto class_of = [&](std::size_t output) {
    return model.classes() ? (*model.classes())[output] + "\t" : std::string();
  };
  for_each_nonzero(model.weights(), [&](std::size_t at, float weight) {
    fmt::format_to(std::back_inserter(text), "{}\t{}{}\n",
                   model.features().name(static_cast<Index>(at / model.outputs())),
                   class_of(at % model.outputs()), weight);
  });
  for (std::size_t k = 0; k < model.outputs(); ++k) {
    fmt::format_to(std::back_inserter(text), "bias\t{}{}\n", class_of(k), model.biases()[k]);
  }
  return text;
}

// Who learns into a parameter file.
std::string writers_of(const std::string& path) {
  const auto file = ParameterFile::open(path);
  std::string text = fmt::format("\n{} rows learnt by all processes\n", file->rows());
  for (const ParameterWriter& writer : file->writers()) {
    fmt::format_to(std::back_inserter(text), "process {}, {}: {} rows, last seen {:.0f} s ago\n",
                   writer.process, writer.running ? "running" : "gone", writer.rows,
                   writer.silent_seconds);
  }
  return text;
}

int inspect_model(const InspectCommand& command) {
  const std::string& path = command.data.paths[0];
  const Model model = load_model(path);
  if (command.weights) {
    print(weights_of(model));
  } else if (command.json) {
    print(json_line(model) + "\n");
  } else {
    print(table(model) + strongest_features(model, command.top) +
          (is_parameter_file(path) ? writers_of(path) : ""));
  }
  return kDone;
}

// Labels that are words are classes, whatever a model would make of them.
Dataset described(const std::vector<std::string>& paths, ReadOptions options) {
  if (std::ranges::any_of(paths, is_hogdata)) {
    options.class_labels = true;  // if it has classes
    return read(paths, options);
  }
  options.word_labels = true;
  return read(paths, options);
}

int run(InspectCommand& command, const CLI::App&) {
  const std::string& first = command.data.paths[0];
  if (command.data.paths.size() == 1 && (is_model_file(first) || is_parameter_file(first))) {
    return inspect_model(command);
  }
  if (command.verify) {
    if (command.data.paths.size() != 1 || !is_hogdata(command.data.paths[0])) {
      throw OptionError("verify", "this is not a .hogdata file, and only those have checksums");
    }
    verify_hogdata(command.data.paths[0]);
    note("all checksums are correct");
  }
  if (command.weights)
    throw OptionError("weights", "this is not a model, and only models have weights");
  const Dataset data = described(command.data.paths, command.data.read());
  const Profile found = profile(data);
  print(command.json ? json_line(found, data) + "\n" : table(found, data));
  return kDone;
}

}  // namespace

void add_inspect_command(CLI::App& app, Action& action) {
  auto [sub, command] = add_command<InspectCommand>(
      app, action, "inspect", "describe data files, a model, or a parameter file", run);
  add_data_options(sub, command.data, DataFor::training);
  sub.get_option("data")->type_name("DATA|MODEL|PARAMETERS");
  sub.add_flag("--json", command.json, "print one line of JSON");
  sub.add_flag("--weights", command.weights,
               "print all weights of a model: feature, tab, (class, tab,) weight");
  sub.add_flag("--verify", command.verify, "first verify the checksums of the whole .hogdata file");
  sub.add_option(
         "--top", command.top,
         "number of features to list with the largest weights, positive and negative (default: 10)")
      ->type_name("N")
      ->check(digits());
  sub.footer(
      "Examples:\n"
      "  hogwild inspect data.svm\n"
      "  hogwild inspect model.hog --weights | sort -k2 -g | tail");
}

}  // namespace hogwild::cli
