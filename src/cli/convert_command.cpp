// hogwild convert
#include <fmt/format.h>

#include <memory>
#include <string>
#include <utility>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/ranking.hpp"

namespace hogwild::cli {
namespace {

struct ConvertCommand {
  DataOptions data;  // its last path is where to write
  ProgressStyle progress = ProgressStyle::automatic;
};

int run(const ConvertCommand& command) {
  std::vector<std::string> paths = command.data.paths;
  const std::string output = paths.back();
  paths.pop_back();
  if (paths.empty()) throw OptionError("data", "name the data and, last, the file to write");
  if (!output.ends_with(".hogdata")) {
    throw OptionError("data", fmt::format("the last name, {}, is the file to write, and does not "
                                          "end in .hogdata",
                                          output));
  }
  ProgressDisplay display(command.progress);
  ReadOptions options = command.data.read;
  options.progress = [&](std::uint64_t bytes, std::uint64_t total) {
    display.reading(bytes, total);
  };
  Dataset data = read(paths, options);
  const Source source = data.source();
  data = ranked(std::move(data));
  save_hogdata(data, output);
  display.clear();
  display.say(fmt::format("wrote {}: {} rows, {} features, {} non-zeros{}", output, data.rows(),
                          data.features().size, data.nonzeros(),
                          data.all_ones() ? ", all of them 1" : ""));
  if (source.skipped_lines != 0) {
    display.say(fmt::format("skipped {} malformed lines; the first: {}", source.skipped_lines,
                            source.first_skipped));
  }
  return kDone;
}

}  // namespace

void add_convert_command(CLI::App& app, Action& action) {
  auto command = std::make_shared<ConvertCommand>();
  CLI::App& sub = *app.add_subcommand("convert", "parse text once, into a file that is mapped");
  add_data_options(sub, command->data, DataFor::training);
  sub.get_option("data")
      ->type_name("DATA... OUT.hogdata")
      ->description(
          "data files, compressed or not (- is the standard input), and last the file to write");
  sub.add_flag("--class-labels", command->data.read.class_labels,
               "labels are names of classes, as --loss softmax has them");
  add_threads_option(sub, command->data.read.threads,
                     "at most N; auto: one a core (default: auto)");
  add_progress_option(sub, command->progress);
  sub.footer(
      "train, evaluate, predict and inspect open the file in milliseconds, whatever its size, and\n"
      "training on it is faster: its features are numbered by how many rows hold them. It knows\n"
      "what it was made from, and is refused when that has changed.\n"
      "Examples:\n"
      "  hogwild convert data.svm data.hogdata\n"
      "  hogwild train data.hogdata -o model.hog --epochs 5\n"
      "  hogwild inspect data.hogdata --verify");
  sub.callback([&action, command] { action = [command] { return run(*command); }; });
}

}  // namespace hogwild::cli
