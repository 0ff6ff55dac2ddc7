// hogwild convert
#include <fmt/format.h>

#include <string>
#include <utility>

#include "cli/command.hpp"
#include "cli/progress.hpp"
#include "data/formats/writer.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/ranking.hpp"

namespace hogwild::cli {
namespace {

struct ConvertCommand {
  DataOptions data;  // its last path is where to write
  ProgressStyle progress = ProgressStyle::automatic;
};

int run(ConvertCommand& command, const CLI::App&) {
  std::vector<std::string> paths = command.data.paths;
  const std::string output = paths.back();
  paths.pop_back();
  if (paths.empty()) throw OptionError("data", "give the data files and, last, the file to write");
  if (!output.ends_with(".hogdata") && !is_text_file(output)) {
    throw OptionError("data", fmt::format("the last name, {}, is the file to write, and must end "
                                          "in .hogdata, .svm, .vw, .jsonl or .csv",
                                          output));
  }
  ProgressDisplay display(command.progress);
  ReadOptions options = command.data.read();
  options.progress = [&](std::uint64_t bytes, std::uint64_t total) {
    display.on_reading(bytes, total);
  };
  Dataset data = read(paths, options);
  const Source source = data.source();
  if (is_text_file(output)) {
    write_text(data, output);
  } else {
    data = ranked(std::move(data));
    save_hogdata(data, output);
  }
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
  auto [sub, command] = add_command<ConvertCommand>(
      app, action, "convert", "convert data into a .hogdata file, which loads fast, or into text",
      run);
  add_data_options(sub, command.data, DataFor::conversion);
  sub.get_option("data")
      ->type_name("DATA... OUT.hogdata|OUT.svm|OUT.vw|OUT.jsonl|OUT.csv")
      ->description(
          "data files, plain or compressed (- is standard input); the last name is the file to "
          "write");
  sub.add_flag("--class-labels", command.data.read().class_labels,
               "labels are names of classes, as for --loss softmax");
  add_threads_option(sub, command.data.read().threads,
                     "at most this many threads; auto: one per core (default: auto)");
  add_progress_option(sub, command.progress);
  sub.footer(
      "train, evaluate, predict and inspect open a .hogdata file in milliseconds, whatever its "
      "size, and training on it is faster, because its features are sorted by frequency. The file "
      "records which files it was made from, and is refused if those have changed.\nExamples:\n  "
      "hogwild convert data.svm data.hogdata\n  hogwild convert churn.csv churn.vw --label "
      "churned\n  hogwild train data.hogdata -o model.hog --epochs "
      "5\n  hogwild inspect data.hogdata --verify");
}

}  // namespace hogwild::cli
