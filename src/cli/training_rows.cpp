#include "cli/training_rows.hpp"

#include <fmt/format.h>

#include <utility>

#include "cli/difficulty.hpp"

namespace hogwild::cli {
namespace {

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

}  // namespace

bool has_validation(const TrainArguments& arguments, const CLI::App& command) {
  return !arguments.valid.empty() || arguments.valid_fraction != 0 ||
         command.count("--valid-fraction") != 0;
}

Dataset read_training_rows(const TrainArguments& arguments, const CLI::App& command,
                           TrainOptions& options, ProgressDisplay& display) {
  DataOptions files = arguments.data;
  files.read.threads = options.threads;
  files.read.progress = [&](std::uint64_t bytes, std::uint64_t total) {
    display.reading(bytes, total);
  };
  files.read.class_labels = learns_classes(options);
  Dataset data = read(files.paths, files.read);
  say_what_was_read(display, data);
  options.difficulty = difficulty_of(data, arguments.difficulty);
  if (!arguments.valid.empty()) {
    files.read.features = data.features();
    files.read.classes = data.classes();
    options.validation = read({arguments.valid}, files.read);
    say_what_was_read(display, *options.validation);
    if (options.refit) {
      options.validation_difficulty = difficulty_of(*options.validation, arguments.difficulty);
    }
  } else if (has_validation(arguments, command)) {
    if (!options.difficulty.empty()) {
      const auto [kept, held_out] = split_rows(data.rows(), arguments.valid_fraction, options.seed);
      const auto chosen = [all = options.difficulty](const std::vector<Offset>& rows) {
        std::vector<float> some;
        for (const Offset i : rows) some.push_back(all[i]);
        return some;
      };
      options.difficulty = chosen(kept);
      options.validation_difficulty = chosen(held_out);
    }
    auto [training, validation] = split(data, arguments.valid_fraction, options.seed);
    data = std::move(training);
    options.validation = std::move(validation);
    display.say(fmt::format("kept {} rows for validation, {} to learn", options.validation->rows(),
                            data.rows()));
  }
  return data;
}

}  // namespace hogwild::cli
