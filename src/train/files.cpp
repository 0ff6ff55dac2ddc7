
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>
#include <string_view>
#include <utility>

#include "data/rows/named_feature.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/checkpoint.hpp"
#include "hogwild/train/stream.hpp"
#include "hogwild/train/train.hpp"
#include "options/refusals.hpp"
#include "parallel/cores.hpp"
#include "train/prepare.hpp"

namespace hogwild {
namespace {

std::string mebibytes(std::uint64_t bytes) {
  return fmt::format("{:.0f} MiB", static_cast<double>(bytes) / (1 << 20));
}

void note_what_was_left_out(FileObserver& observer, const Source& source) {
  if (source.unlabelled_rows != 0) {
    observer.on_note(fmt::format("left out {} rows without a label", source.unlabelled_rows));
  }
  if (source.skipped_lines != 0) {
    observer.on_note(fmt::format("skipped {} malformed lines; the first: {}", source.skipped_lines,
                                 source.first_skipped));
  }
}

void note_what_was_read(FileObserver& observer, const Dataset& data) {
  const Source& source = data.source();
  const FeatureSpace& features = data.features();
  std::string naming = fmt::format("counted from {}", features.index_base);
  if (features.names) naming = "by name";
  if (features.hash_bits != 0) naming = "hashed";
  // Rows that hold most of the features.
  const bool dense = 2 * static_cast<double>(data.nonzeros()) >
                     static_cast<double>(data.rows()) * static_cast<double>(features.size);
  observer.on_note(fmt::format("read {} as {}: {} rows, {} features {}, {} non-zeros{}{}",
                               source.name(), source.format, data.rows(), features.size, naming,
                               data.nonzeros(), data.all_ones() ? ", all of them 1" : "",
                               dense ? ", dense" : ""));
  if (features.recipe && source.format != "hogdata") {
    observer.on_note((features.recipe->is_of_namespaces() ? "namespaces: " : "columns: ") +
                     in_words(*features.recipe));
  }
  note_what_was_left_out(observer, source);
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

constexpr std::string_view kMargin = "margin:";

// The margins by a model whose features may be numbered otherwise than those of the data.
std::vector<float> margins(const Dataset& data, const Model& model, const std::string& path) {
  const FeatureSpace& ours = data.features();
  const FeatureSpace& its = model.features();
  if (model.outputs() > 1) {
    throw DataError(path, "this model has several classes", "give one of two labels");
  }
  const bool named = ours.names != nullptr;
  if (named != (its.names != nullptr) || ours.hash_bits != its.hash_bits ||
      (!named && ours.hash_bits == 0 && ours.index_base != its.index_base)) {
    throw DataError(path, "this model's features have other names than those of the data",
                    "give one that was trained on data of the same format and --hash-bits");
  }
  const Dataset known = in_space(data, its);
  std::vector<float> scores;
  for (Offset i = 0; i < known.rows(); ++i) scores.push_back(model.margin(known.row(i)));
  return scores;
}

std::vector<float> numbers_in_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw IoError(path, std::strerror(errno), "check the path given to --difficulty");
  std::vector<float> numbers;
  for (std::string line; std::getline(file, line);) {
    float number = 0;
    const char* const end = line.data() + line.size() - (line.ends_with('\r') ? 1 : 0);
    const auto [stop, error] = std::from_chars(line.data(), end, number);
    if (error != std::errc() || stop != end || !std::isfinite(number)) {
      throw ParseError(path, numbers.size() + 1, 1,
                       fmt::format("expected a number, found '{}'", line),
                       "write one number per line, one for each row of the data");
    }
    numbers.push_back(number);
  }
  return numbers;
}

// What `nonzeros`, `margin:MODEL` or a file with one number a line says of each row, [rows]; empty
// for nonzeros, which is what an empty difficulty means to train(). By a model the rows of a large
// margin, whatever its sign, are the easy ones. Throws OptionError, IoError, ParseError,
// DataError, ModelError.
std::vector<float> difficulty_of(const Dataset& data, const std::string& measure) {
  if (measure == "nonzeros") return {};
  if (measure.starts_with(kMargin)) {
    const std::string path = measure.substr(kMargin.size());
    std::vector<float> scores = margins(data, load(path), path);
    for (float& score : scores) score = -std::abs(score);
    return scores;
  }
  std::vector<float> numbers = numbers_in_file(measure);
  if (numbers.size() != data.rows()) {
    throw DataError(measure,
                    fmt::format("{} numbers for {} rows of {}", numbers.size(), data.rows(),
                                data.source().name()),
                    "write one number per line, one for each row");
  }
  return numbers;
}

// Opens the files of one run.
class Opening {
 public:
  Opening(const std::vector<std::string>& paths, const FileOptions& files,
          const TrainOptions& options, FileObserver& observer)
      : paths_(paths), files_(files), options_(options), observer_(observer) {
    if (paths.empty()) throw OptionError("data", "no file is named");
    require_valid(files, options);
    read_ = files.read;
    read_.threads = options.threads;
    read_.unlabelled = Unlabelled::skip;
    read_.class_labels = learns_classes(options);
    read_.word_labels = std::visit([](const auto& loss) { return loss.kBinary; }, options.loss);
    read_.positive = options.positive;
    if (options.resume) take_recipe_of(options.resume->features());
    if (options.resume && options.resume->label_names() && !options.new_classes) {
      read_.class_labels = true;
      read_.classes = options.resume->label_names();
    }
    read_.all_hashes = !options.parameters.empty();  // as other processes have them
    if (read_.memory_limit == 0) read_.memory_limit = memory_bytes() / 4 * 3;
    if (!read_.progress) {
      read_.progress = [&](std::uint64_t bytes, std::uint64_t total) {
        observer.on_reading(bytes, total);
      };
    }
    take_space_of_parameters();
  }

  TrainingRows rows(Holding holding) {
    const bool splits = files_.valid.empty() && files_.valid_fraction.has_value();
    if (holding == Holding::always || splits || reason_to_hold(options_) ||
        is_hogdata(paths_.front()) || is_little(paths_, read_.memory_limit)) {
      return held(read(paths_, read_));
    }
    RowStream stream(paths_, read_);
    if (stream.sample()) require_no_parameters(stream.sample()->features());
    const DataPlan plan = plan_data(stream, options_, read_.memory_limit);
    if (!plan.streams) {
      if (!stream.is_all_seen()) {
        observer_.on_note(fmt::format(
            "plan: hold the rows in memory ({}){}", plan.reason,
            plan.held_bytes > 0 ? ", which takes some " + mebibytes(plan.held_bytes) : ""));
      }
      return held(stream.read());
    }
    const std::string text =
        stream.bytes_of_text() > 0 ? mebibytes(stream.bytes_of_text()) + " of text" : "text";
    observer_.on_note(fmt::format("plan: stream {} ({}), {} for the weights", text, plan.reason,
                                  mebibytes(plan.learning_bytes)));
    if (!files_.valid.empty()) {
      options_.validation = read({files_.valid}, stream.for_other_rows());
      note_what_was_read(observer_, *options_.validation);
    }
    return {.stream = std::move(stream), .data = {}, .options = std::move(options_)};
  }

 private:
  // A model's recipe reads the rows that it goes on with. If it has texts, their words keep their
  // weights, and words that it lacks are ignored.
  void take_recipe_of(const FeatureSpace& features) {
    const std::string_view given = first_given(read_.columns);
    if (features.recipe && !given.empty()) {
      throw OptionError(std::string(given),
                        "the model that training goes on with says what is used of its rows; leave "
                        "it out");
    }
    read_.recipe = features.recipe;
    if (features.recipe && features.recipe->terms) read_.features = features;
  }

  // Rows for a parameter file are read in its feature space.
  void take_space_of_parameters() {
    if (options_.parameters.empty() || !std::filesystem::exists(options_.parameters)) return;
    read_.features = ParameterFile::open(options_.parameters)->kind().features;
    if (read_.hash_bits != 0 && read_.hash_bits != read_.features->hash_bits) {
      throw OptionError("hash-bits", fmt::format("{} was made with --hash-bits {}; give the same, "
                                                 "or another file to --parameters",
                                                 options_.parameters, read_.features->hash_bits));
    }
  }

  void read_validation(std::optional<FeatureSpace> features, ClassNames classes) {
    ReadOptions its = read_;
    its.features = std::move(features);
    its.classes = std::move(classes);
    options_.validation = read({files_.valid}, its);
    note_what_was_read(observer_, *options_.validation);
  }

  // Numbers of features are counted from 0 if index 0 occurs in either file.
  void read_validation_with(Dataset& data) {
    const bool is_open =
        read_.index_base == IndexBase::automatic && data.features().index_base == 1;
    read_validation(is_open ? std::nullopt : std::optional(data.features()), data.classes());
    count_alike(data, *options_.validation);
  }

  void suit(const Dataset& data) {
    if (!data.features().has_columns()) return;
    note_many_categories(data);
    if (files_.loss_by_labels && data.classes() && data.classes()->size() > 2) {
      // Measured on rows held out, log loss and accuracy. 20 newsgroups: softmax 0.560, 84.7 %; one
      // against the rest 0.540, 85.8 %. Seattle's weather: 0.465, 84.9 %; 0.526, 83.2 %.
      const bool has_words = data.features().recipe->find(Role::text) != nullptr;
      has_words ? void(options_.one_vs_rest = true) : void(options_.loss = Softmax{});
      observer_.on_note(fmt::format("{} classes: as with {}", data.classes()->size(),
                                    has_words ? "--one-vs-rest" : "--loss softmax"));
    }
    if (!files_.epochs_by_rows || data.nonzeros() == 0) return;
    // Less than half a second on a core.
    constexpr Offset kVisits = 250'000, kSteps = 200'000'000, kMostEpochs = 20;
    const Offset outputs =
        data.classes() && data.classes()->size() > 2 ? data.classes()->size() : 1;
    const Offset epochs = std::min(kVisits / data.rows(), kSteps / (data.nonzeros() * outputs));
    options_.epochs = static_cast<int>(std::clamp<Offset>(epochs, 1, kMostEpochs));
  }

  // A category that each row has for itself tells nothing of others.
  void note_many_categories(const Dataset& data) {
    if (!data.features().names) return;
    const FeatureNames& names = *data.features().names;
    std::map<std::string_view, Index> counts;
    for (Index j = 0; j < names.size(); ++j) {
      const std::string_view name = names[j];
      if (const auto end = name.find('='); end != name.npos) ++counts[name.substr(0, end)];
    }
    constexpr Index kMany = 1'000;
    for (const auto& [column, count] : counts) {
      if (count < kMany || 2 * Offset{count} < data.rows()) continue;
      observer_.on_note(fmt::format(
          "column {} has {} categories in {} rows: most rows are the only one of theirs; --drop {} "
          "leaves it out, --hash-bits bounds the memory",
          column, count, data.rows(), column));
    }
  }

  void require_no_parameters(const FeatureSpace& features) const {
    if (!features.recipe || options_.parameters.empty()) return;
    throw OptionError("parameters",
                      "a parameter file keeps no recipe of columns or namespaces; train on libsvm "
                      "or VW text, without --drop, --only and --cross");
  }

  TrainingRows held(Dataset data) {
    require_no_parameters(data.features());
    note_what_was_read(observer_, data);
    suit(data);
    if (options_.resume) data = with_features_of(*options_.resume, std::move(data));
    if (const auto unknown = data.source().unknown_features; unknown != 0) {
      observer_.on_note(
          fmt::format("ignored {} non-zeros of features that {} does not have; create the file "
                      "from the data with the most features, or use --hash-bits",
                      unknown, options_.parameters));
    }
    options_.difficulty = difficulty_of(data, files_.difficulty);
    if (!files_.valid.empty()) {
      read_validation_with(data);
      if (options_.refit) {
        options_.validation_difficulty = difficulty_of(*options_.validation, files_.difficulty);
      }
    } else if (files_.valid_fraction) {
      data = without_validation(data);
    }
    return {.stream = {}, .data = std::move(data), .options = std::move(options_)};
  }

  // Splits rows to validate on from the others, which it returns.
  Dataset without_validation(const Dataset& data) {
    const double fraction = *files_.valid_fraction;
    if (!options_.difficulty.empty()) {
      const auto [kept, held_out] = split_rows(data.rows(), fraction, options_.seed);
      const auto chosen = [all = options_.difficulty](const std::vector<Offset>& rows) {
        std::vector<float> some;
        for (const Offset i : rows) some.push_back(all[i]);
        return some;
      };
      options_.difficulty = chosen(kept);
      options_.validation_difficulty = chosen(held_out);
    }
    auto [training, validation] = split(data, fraction, options_.seed);
    options_.validation = std::move(validation);
    observer_.on_note(fmt::format("{} rows for validation, {} rows for training",
                                  options_.validation->rows(), training.rows()));
    return std::move(training);
  }

  const std::vector<std::string>& paths_;
  const FileOptions& files_;
  TrainOptions options_;
  FileObserver& observer_;
  ReadOptions read_;
};

}  // namespace

void require_valid(const FileOptions& files, const TrainOptions& options) {
  require_valid(options.parameters.empty() ? kHeld : kHeld | kProcesses,
                {.train = options, .files = files, .validation_to_come = validates(files)});
}

TrainOptions started(const FileOptions& files, TrainOptions options) {
  if (files.resume.empty()) return options;
  Checkpoint checkpoint = load_checkpoint(files.resume);
  if (checkpoint.state && !files.weights_only) {
    options.resume_state = std::move(checkpoint.state);
  } else {
    options.resume = std::move(checkpoint.model);
  }
  return options;
}

TrainingRows open_rows(const std::vector<std::string>& paths, const FileOptions& files,
                       const TrainOptions& options, FileObserver& observer, Holding holding) {
  return Opening(paths, files, options, observer).rows(holding);
}

TrainResult train(TrainingRows rows, FileObserver& observer) {
  if (rows.data) return train(*std::move(rows.data), rows.options, observer);
  TrainResult result = train(*rows.stream, rows.options, observer);
  note_what_was_left_out(observer, rows.stream->source());
  return result;
}

TrainResult train_files(const std::vector<std::string>& paths, const FileOptions& files,
                        const TrainOptions& options, FileObserver& observer) {
  return train(open_rows(paths, files, started(files, options), observer), observer);
}

}  // namespace hogwild
