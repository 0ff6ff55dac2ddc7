#include "cli/training_rows.hpp"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <utility>

#include "cli/difficulty.hpp"
#include "cli/memory.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/train/stream.hpp"

namespace hogwild::cli {
namespace {

void say_what_was_read(ProgressDisplay& display, const Dataset& data) {
  const Source& source = data.source();
  const FeatureSpace& features = data.features();
  std::string naming = fmt::format("counted from {}", features.index_base);
  if (features.names) naming = "by name";
  if (features.hash_bits != 0) naming = "hashed";
  // Rows that hold most of the features.
  const bool dense = 2 * static_cast<double>(data.nonzeros()) >
                     static_cast<double>(data.rows()) * static_cast<double>(features.size);
  display.say(fmt::format("read {} as {}: {} rows, {} features {}, {} non-zeros{}{}", source.name(),
                          source.format, data.rows(), features.size, naming, data.nonzeros(),
                          data.all_ones() ? ", all of them 1" : "", dense ? ", dense" : ""));
  if (source.skipped_lines != 0) {
    display.say(fmt::format("skipped {} malformed lines; the first: {}", source.skipped_lines,
                            source.first_skipped));
  }
}

// Reading as the options say it, with its progress shown.
ReadOptions reading(const TrainArguments& arguments, const TrainOptions& options,
                    ProgressDisplay& display) {
  ReadOptions read = arguments.data.read;
  read.threads = options.threads;
  read.progress = [&](std::uint64_t bytes, std::uint64_t total) { display.reading(bytes, total); };
  read.class_labels = learns_classes(options);
  read.memory_limit = memory_limit(arguments);
  if (!arguments.parameters.empty() && std::filesystem::exists(arguments.parameters)) {
    read.features = ParameterFile::open(arguments.parameters)->kind().features;
    if (read.hash_bits != 0 && read.hash_bits != read.features->hash_bits) {
      throw OptionError(
          "hash-bits",
          fmt::format(
              "{} was made with --hash-bits {}; give the same, or another file to --parameters",
              arguments.parameters, read.features->hash_bits));
    }
  }
  return read;
}

void read_validation(const TrainArguments& arguments, ReadOptions read, FeatureSpace features,
                     ClassNames classes, TrainOptions& options, ProgressDisplay& display) {
  read.features = std::move(features);
  read.classes = std::move(classes);
  options.validation = hogwild::read({arguments.valid}, read);
  say_what_was_read(display, *options.validation);
}

// What the options need of rows that are held.
Dataset prepared(Dataset data, const TrainArguments& arguments, const CLI::App& command,
                 TrainOptions& options, ProgressDisplay& display) {
  say_what_was_read(display, data);
  if (const auto unknown = data.source().unknown_features; unknown != 0) {
    display.say(
        fmt::format("ignored {} non-zeros of features that {} does not have; create the file from "
                    "the data with the most features, or use --hash-bits",
                    unknown, arguments.parameters));
  }
  options.difficulty = difficulty_of(data, arguments.difficulty);
  if (!arguments.valid.empty()) {
    read_validation(arguments, reading(arguments, options, display), data.features(),
                    data.classes(), options, display);
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
    display.say(fmt::format("{} rows for validation, {} rows for training",
                            options.validation->rows(), data.rows()));
  }
  return data;
}

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / (1 << 20));
}

// Whether the files are so small that how they are read makes no difference.
bool is_little(const std::vector<std::string>& paths, std::uint64_t memory_limit) {
  std::uint64_t bytes = 0;
  for (const std::string& path : paths) {
    struct stat status {};
    if (path == "-" || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
    bytes += static_cast<std::uint64_t>(status.st_size);
  }
  constexpr std::uint64_t kPacked = 10;  // compressed, they may hold as many times as much
  return bytes <= std::min(kLittleText, memory_limit / 4) / kPacked;
}

}  // namespace

bool has_validation(const TrainArguments& arguments, const CLI::App& command) {
  return !arguments.valid.empty() || arguments.valid_fraction != 0 ||
         command.count("--valid-fraction") != 0;
}

Dataset read_training_rows(const TrainArguments& arguments, const CLI::App& command,
                           TrainOptions& options, ProgressDisplay& display) {
  Dataset data = read(arguments.data.paths, reading(arguments, options, display));
  return prepared(std::move(data), arguments, command, options, display);
}

TrainingRows take_training_rows(const TrainArguments& arguments, const CLI::App& command,
                                TrainOptions& options, ProgressDisplay& display) {
  const auto held = [&](Dataset data) {
    return TrainingRows{{}, prepared(std::move(data), arguments, command, options, display)};
  };
  const ReadOptions read = reading(arguments, options, display);
  const bool splits = arguments.valid.empty() && has_validation(arguments, command);
  if (splits || reason_to_hold(options) || is_hogdata(arguments.data.paths.front()) ||
      is_little(arguments.data.paths, read.memory_limit)) {
    return held(hogwild::read(arguments.data.paths, read));
  }
  RowStream stream(arguments.data.paths, read);
  const DataPlan plan = plan_data(stream, options, read.memory_limit);
  const std::string text =
      stream.bytes_of_text() > 0 ? mebibytes(stream.bytes_of_text()) + " of text" : "text";
  if (!plan.streams) {
    if (!stream.is_all_seen()) {
      display.say(fmt::format(
          "plan: hold the rows in memory ({}){}", plan.reason,
          plan.held_bytes > 0 ? ", which takes some " + mebibytes(plan.held_bytes) : ""));
    }
    return held(stream.read());
  }
  display.say(fmt::format("plan: stream {} ({}), {} for the weights", text, plan.reason,
                          mebibytes(plan.learning_bytes)));
  if (!arguments.valid.empty()) {
    read_validation(arguments, read, stream.features(), {}, options, display);
  }
  return {std::move(stream), {}};
}

}  // namespace hogwild::cli
