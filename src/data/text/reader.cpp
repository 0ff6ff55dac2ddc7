// Text to a Dataset: chunks become batches of rows, which are written to their places in its arrays
// as soon as it is known how many rows there are before them.
#include "hogwild/data/reader.hpp"

#include <fmt/format.h>
#include <tbb/concurrent_queue.h>
#include <tbb/info.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "data/recipe/term_weights.hpp"
#include "data/rows/named_batch.hpp"
#include "data/rows/named_feature.hpp"
#include "data/rows/row_arrays.hpp"
#include "data/rows/row_sort.hpp"
#include "data/rows/shared_numbers.hpp"
#include "data/text/chunk_pipeline.hpp"
#include "data/text/input.hpp"
#include "data/text/parsing.hpp"
#include "data/text/reading_record.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"

namespace hogwild {
namespace {

class Reader {
 public:
  Reader(Input input, const std::vector<std::string>& paths, const ReadOptions& options)
      : options_(options), pipeline_(std::move(input), paths, options) {}

  Dataset run() {
    pipeline_.run([this](const Chunk& chunk) { return parse(chunk); },
                  [this](Parsed parsed) { return accept(std::move(parsed)); },
                  [this](Accepted accepted) { write(std::move(accepted)); });
    return data_set();
  }

 private:
  struct Parsed {
    std::size_t file;
    std::uint64_t bytes;  // of text
    std::unique_ptr<NamedBatch> batch;
    std::optional<Index> most;  // the largest index
    std::optional<SpottedFault> fault;
  };

  struct Accepted {
    std::unique_ptr<NamedBatch> batch;
    RowArrays::Place place;
  };

  // Labels from here on name classes of these; those of the next batch follow.
  struct BatchClasses {
    Offset first_row;
    FeatureNames names;
  };

  struct ClassPlace {
    std::string name;
    Place first;
  };

  Parsed parse(const Chunk& chunk) {
    std::unique_ptr<NamedBatch> batch;  // one that was written, if there is one: its memory is warm
    if (!written_.try_pop(batch)) batch = std::make_unique<NamedBatch>();
    batch->begin_chunk();
    auto fault = parse_rows(chunk, parsing_.format(), parsing_.rules(), options_.on_error, *batch);
    if (is_wide_) hashes_.number(batch->indices);
    std::optional<Index> most;
    if (!batch->indices.empty()) most = *std::ranges::max_element(batch->indices);
    batch->note_new_names();
    return {chunk.file, chunk.text.size(), std::move(batch), most, std::move(fault)};
  }

  Accepted accept(Parsed parsed) {
    NamedBatch& batch = *parsed.batch;
    record_.accept(parsed.file, batch, parsed.fault);
    bytes_of_text_ += parsed.bytes;
    const auto expected = static_cast<double>(pipeline_.expected_text());
    const RowArrays::Place place =
        rows_.claim(batch, expected > 0 ? static_cast<double>(bytes_of_text_) / expected : 0);
    if (options_.memory_limit > 0 && rows_.bytes() > options_.memory_limit) {
      throw DataError(record_.source().name(),
                      fmt::format("the rows take more memory than the limit of {} MiB",
                                  options_.memory_limit >> 20),
                      "raise --memory-limit, or leave out the options that need all rows: other "
                      "text is streamed");
    }
    most_ = std::max(most_, parsed.most);  // nothing is less than any
    if (parsing_.rules().class_labels && !options_.classes) {
      note_classes(batch);
      classes_.push_back({place.row, std::exchange(batch.class_names, {})});
    }
    batch.number_names(
        [&](Index j) { return names_->insert(batch.names[j], batch.names.hash(j)); });
    return {std::move(parsed.batch), place};
  }

  // Where classes were first seen.
  void note_classes(const RowBatch& batch) {
    for (std::size_t k = 0; k < batch.class_places.size(); ++k) {
      if (batch.class_places[k].line == 0) continue;
      const std::string_view name = batch.class_names[static_cast<Index>(k)];
      const bool known =
          std::ranges::find(class_places_, name, &ClassPlace::name) != class_places_.end();
      if (known || class_places_.size() == SeenLabels::kMostClassPlaces) continue;
      class_places_.push_back({std::string(name), record_.place(batch.class_places[k])});
    }
  }

  void write(Accepted accepted) {
    if (accepted.batch->has_names()) renumber(*accepted.batch);
    rows_.write(*accepted.batch, accepted.place);
    written_.push(std::move(accepted.batch));
  }

  FeatureSpace space() const {
    if (options_.features) return options_.features->plain();
    FeatureSpace space;
    space.format = name_of(parsing_.format());
    space.hash_bits = parsing_.rules().hash_bits;
    if (space.hash_bits != 0) {
      space.size = count_of_hashes(space.hash_bits);
    } else if (text_format(parsing_.format()).by_name) {
      space.size = names_->size();
      space.names = names_;
    } else {
      space.index_base = record_.index_base();
      space.size = most_ ? *most_ + 1 - static_cast<Index>(space.index_base) : 0;
    }
    return space;
  }

  Dataset data_set() {
    Source source = pipeline_.source(rows_.rows());
    FeatureSpace features = space();
    Dataset::Arrays arrays = rows_.take(added_by_text(features));
    if (!options_.features && parsing_.recipe()) {
      features.recipe = completed(parsing_.recipe(), arrays, features);
    }
    if (is_wide_) {
      features.hashes = hashes_.in_order(arrays.indices);
      features.size = features.hashes->size();
    }
    SeenLabels seen = record_.seen_labels();
    const ClassNames classes =
        parsing_.rules().class_labels ? number_classes(arrays.labels, seen) : nullptr;
    return Dataset(std::move(arrays), std::move(features), std::move(source), std::move(seen),
                   classes);
  }

  // The recipe with the weights of the words that rows have, which are weighed by it.
  static std::shared_ptr<const Recipe> completed(std::shared_ptr<const Recipe> recipe,
                                                 Dataset::Arrays& rows, const FeatureSpace& space) {
    if (!space.names || recipe->find(Role::text) == nullptr) return recipe;
    Recipe all = *recipe;
    if (!all.terms) all.terms = std::make_shared<const TermWeights>(term_weights(rows, space, all));
    weigh(rows, *all.terms);
    return std::make_shared<const Recipe>(std::move(all));
  }

  // From each chunk's numbers of classes to the data set's.
  ClassNames number_classes(Array<float>& labels, SeenLabels& seen) {
    if (options_.classes) return options_.classes;
    const auto labels_of = [&](std::size_t batch) {
      const Offset begin = classes_[batch].first_row;
      const bool is_last = batch + 1 == classes_.size();
      const Offset end = is_last ? labels.size() : classes_[batch + 1].first_row;
      return std::span(labels).subspan(begin, end - begin);
    };
    const auto name_of_class = [&](std::size_t batch, float label) {
      return classes_[batch].names[static_cast<Index>(label)];
    };
    std::set<std::string> names;
    for (std::size_t b = 0; b < classes_.size(); ++b) {
      for (const float label : labels_of(b)) {  // not those of skipped lines
        if (!std::isnan(label)) names.emplace(name_of_class(b, label));
      }
    }
    ClassNames classes = in_class_order(names, record_.source().name());
    std::map<std::string, float, std::less<>> numbers;
    for (std::size_t k = 0; k < classes->size(); ++k) {
      numbers[(*classes)[k]] = static_cast<float>(k);
    }
    for (std::size_t b = 0; b < classes_.size(); ++b) {
      for (float& label : labels_of(b)) {
        if (!std::isnan(label)) label = numbers.find(name_of_class(b, label))->second;
      }
    }
    for (const auto& [name, first] : class_places_) {
      if (const auto its = numbers.find(name); its != numbers.end()) {
        seen.note_class(its->second, first);
      }
    }
    return classes;
  }

  // From the batch's numbers of names to the data set's, and each row in ascending order.
  static void renumber(NamedBatch& batch) {
    std::vector<std::uint64_t> keys, scratch;
    std::vector<float> values;
    for (std::size_t i = 0; i + 1 < batch.offsets.size(); ++i) {
      const Offset begin = batch.offsets[i], size = batch.offsets[i + 1] - begin;
      keys.resize(size);
      scratch.resize(size);
      for (Offset k = 0; k < size; ++k) {
        keys[k] = std::uint64_t{batch.number(batch.indices[begin + k])} << 32 | k;
      }
      sort_keys<LogarithmicDrawers>(keys, scratch);
      for (Offset k = 0; k < size; ++k) {
        batch.indices[begin + k] = static_cast<Index>(keys[k] >> 32);
      }
      if (batch.values.empty()) continue;
      const float* const row = batch.values.data() + begin;
      values.assign(row, row + size);
      for (Offset k = 0; k < size; ++k) {
        batch.values[begin + k] = values[static_cast<std::uint32_t>(keys[k])];
      }
    }
  }

  const ReadOptions& options_;
  ChunkPipeline pipeline_;
  const Parsing& parsing_ = pipeline_.parsing();
  ReadingRecord& record_ = pipeline_.record();
  const bool is_wide_ =
      !options_.features && !options_.all_hashes && options_.hash_bits > kMostPlainHashBits;
  SharedNumbers hashes_;
  RowArrays rows_;
  tbb::concurrent_queue<std::unique_ptr<NamedBatch>> written_;
  // Of the ordered stage alone.
  std::uint64_t bytes_of_text_ = 0;
  std::optional<Index> most_;  // the largest index there is
  std::shared_ptr<FeatureNames> names_ = std::make_shared<FeatureNames>();
  std::vector<BatchClasses> classes_;
  std::vector<ClassPlace> class_places_;  // in order of appearance
};

}  // namespace

int reading_threads(const ReadOptions& options) {
  // More parsers than cores bring nothing, and oneTBB would say so on stderr.
  const int cores = tbb::info::default_concurrency();
  return options.threads > 0 ? std::min(options.threads, cores) : cores;
}

Dataset read(Input input, const std::vector<std::string>& paths, const ReadOptions& options) {
  tbb::task_arena arena(reading_threads(options));
  return arena.execute([&] { return Reader(std::move(input), paths, options).run(); });
}

namespace {

// What a mapped file has been made of can't be chosen again.
void require_made_so(const Dataset& data, const ReadOptions& options) {
  const auto refuse = [&](const std::string& made, const std::string& option) {
    throw DataError(data.source().name(), "the file was made " + made,
                    fmt::format("leave --{} out, or convert the data again with it", option));
  };
  const FeatureSpace& features = data.features();
  if (options.format != Format::automatic && name_of(options.format) != features.format) {
    refuse(fmt::format("from {}", features.format), "format");
  }
  if (options.hash_bits != 0 && options.hash_bits != features.hash_bits) {
    refuse(features.hash_bits == 0 ? "without hashing"
                                   : fmt::format("with --hash-bits {}", features.hash_bits),
           "hash-bits");
  }
  const auto base = options.index_base == IndexBase::zero ? 0 : 1;
  if (options.index_base != IndexBase::automatic && base != features.index_base) {
    refuse(fmt::format("with --index-base {}", features.index_base), "index-base");
  }
  if (data.classes() && !options.class_labels && !options.word_labels) {
    throw DataError(data.source().name(), "the labels of this file are names of classes",
                    "train with --loss softmax, or convert the data again without --class-labels");
  }
}

Dataset read_hogdata(const std::vector<std::string>& paths, const ReadOptions& options) {
  if (paths.size() != 1) {
    throw DataError(Source{.paths = paths}.name(),
                    "a .hogdata file can't be combined with other files",
                    "give only this file, or convert all text files into one");
  }
  if (const std::string_view given = first_given(options.columns); !given.empty()) {
    throw OptionError(std::string(given),
                      fmt::format("what is used of the rows of {} was chosen when it was made; "
                                  "leave it out, or convert the text again",
                                  paths[0]));
  }
  Dataset data = open_hogdata(paths[0]);
  require_made_so(data, options);
  if (options.features) {
    data = in_space(data, options.features->plain());
  } else if (options.all_hashes) {
    data = with_all_hashes(std::move(data));
  }
  if (options.class_labels && options.classes) {
    data = data.with_classes(class_numbers(data, options.classes), options.classes);
  }
  return data;
}

}  // namespace

void require_learnable(const std::string& name, Offset rows, Offset nonzeros,
                       const ClassNames& classes) {
  if (nonzeros == 0) {
    throw DataError(name, "no row has a feature",
                    "a row is `label index:value ...`, or `label |namespace name:value ...` in VW "
                    "text; of a table give columns that are not empty");
  }
  constexpr Offset kManyRows = 100;
  if (classes && rows >= kManyRows && classes->size() == rows) {
    throw DataError(name, fmt::format("each of its {} rows has a class of its own", rows),
                    "write the class as the first token of each row; for numeric labels use --loss "
                    "squared");
  }
}

void require_learnable(const Dataset& data, const ReadOptions& options) {
  if (options.features) return;  // a model's: none of them need occur
  require_learnable(data.source().name(), data.rows(), data.nonzeros(),
                    options.classes ? nullptr : data.classes());
}

Dataset read(const std::vector<std::string>& given, const ReadOptions& options) {
  const std::vector<std::string> paths = files_of(given);
  if (paths.empty()) throw OptionError("data", "no file is named");
  const bool mapped = std::ranges::any_of(paths, is_hogdata);
  Dataset data =
      mapped ? read_hogdata(paths, options) : read(Input(paths, TextKind(options)), paths, options);
  require_learnable(data, options);
  return data;
}

Dataset read_libsvm(const std::string& path, ReadOptions options) {
  options.format = Format::libsvm;
  return read({path}, options);
}

Dataset read_vw(const std::string& path, ReadOptions options) {
  options.format = Format::vw;
  return read({path}, options);
}

Dataset read_libffm(const std::string& path, ReadOptions options) {
  options.format = Format::libffm;
  return read({path}, options);
}

void ReadingRecord::accept(std::size_t file, const ChunkNotes& notes,
                           const std::optional<SpottedFault>& fault) {
  if (file != file_) {
    file_ = file;
    lines_ = 0;
  }
  chunk_at_ = lines_;
  if (fault) {
    const ParseError error(paths_[file], chunk_at_ + fault->line, fault->column, fault->reason,
                           fault->remedy);
    if (options_.on_error == OnError::fail || fault->is_fatal) throw error;
    if (source_.first_skipped.empty()) source_.first_skipped = error.what();
  }
  for (const SeenLabels::Label& label : notes.seen.labels()) {
    seen_.note(label.value, [&] { return place(label.place); });
  }
  if (const auto& spot = notes.seen.unlabelled()) {
    seen_.note(kUnlabelled, [&] { return place(*spot); });
  }
  lines_ += notes.lines;
  source_.lines += notes.lines;
  source_.skipped_lines += notes.skipped_lines;
  source_.unlabelled_rows += notes.unlabelled_rows;
  source_.unknown_features += notes.unknown_features;
  all_ones_ &= notes.all_ones;
  has_zero_index_ |= notes.has_zero_index;
  has_weights_ |= notes.has_weights;
}

}  // namespace hogwild
