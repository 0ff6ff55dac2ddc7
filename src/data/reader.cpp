// Text to a Dataset: chunks become batches of rows, which are joined at the end, where index base
// and numbers of names are known.
#include "hogwild/data/reader.hpp"

#include <fmt/format.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "data/chunk_pipeline.hpp"
#include "data/in_space.hpp"
#include "data/input.hpp"
#include "data/parsed_chunk.hpp"
#include "data/parsing.hpp"
#include "data/read_input.hpp"
#include "data/reading_record.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"

namespace hogwild {
namespace {

// Where every batch begins in the joined arrays.
struct Extent {
  Offset row = 0;
  Offset nonzero = 0;
};

class Reader {
 public:
  Reader(Input input, const std::vector<std::string>& paths, const ReadOptions& options)
      : options_(options), pipeline_(std::move(input), paths, options) {}

  Dataset run() {
    pipeline_.run(
        [this](const Chunk& chunk) {
          return parse_chunk(chunk, parsing_.format(), parsing_.rules(), options_.on_error,
                             rooms_.local());
        },
        [this](ParsedChunk parsed) { accept(std::move(parsed)); });
    return join();
  }

 private:
  void accept(ParsedChunk parsed) {
    record_.accept(parsed.file, parsed.batch, parsed.fault);
    // What a batch takes now, and its part of the arrays that all are joined to.
    bytes_ += 2 * (parsed.batch.indices.size() * sizeof(Index) +
                   parsed.batch.values.size() * sizeof(float) +
                   parsed.batch.labels.size() * (sizeof(Offset) + sizeof(float)));
    if (options_.memory_limit > 0 && bytes_ > options_.memory_limit) {
      throw DataError(record_.source().name(),
                      fmt::format("the rows take more than the {} MiB of the memory limit",
                                  options_.memory_limit >> 20),
                      "raise --memory-limit, or train one epoch of libsvm text or of hashed "
                      "features, which is learnt as it is read");
    }
    rows_ += parsed.batch.rows();
    if (parsed.batch.rows() > 0) batches_.push_back(std::move(parsed.batch));
  }

  FeatureSpace decide_features() {
    if (options_.features) return options_.features->plain();
    FeatureSpace space;
    space.format = name_of(parsing_.format());
    space.hash_bits = parsing_.rules().hash_bits;
    if (space.hash_bits != 0) {
      space.size = Index{1} << space.hash_bits;
    } else if (parsing_.format() == Format::vw) {
      auto names = std::make_shared<FeatureNames>();
      for (const RowBatch& batch : batches_) {
        std::vector<Index>& renumbered = renumbered_.emplace_back(batch.names.size());
        std::vector<bool> occurs(batch.names.size());  // some may be of skipped lines alone
        for (const Index j : batch.indices) occurs[j] = true;
        for (Index j = 0; j < batch.names.size(); ++j) {
          if (occurs[j]) renumbered[j] = names->insert(batch.names[j], batch.names.hash(j));
        }
      }
      space.size = names->size();
      space.names = std::move(names);
    } else {
      space.index_base = record_.index_base();
      for (const RowBatch& batch : batches_) {
        if (batch.indices.empty()) continue;
        const Index end = *std::ranges::max_element(batch.indices);
        space.size = std::max(space.size, end + 1 - static_cast<Index>(space.index_base));
      }
    }
    return space;
  }

  Dataset join() {
    Source source = pipeline_.source(rows_);
    FeatureSpace space = decide_features();
    const Index base = added_by_text(space);

    std::vector<Extent> extents(batches_.size() + 1);
    for (std::size_t b = 0; b < batches_.size(); ++b) {
      extents[b + 1] = {extents[b].row + batches_[b].labels.size(),
                        extents[b].nonzero + batches_[b].indices.size()};
    }
    const bool all_ones = record_.all_ones(), has_weights = record_.has_weights();
    Dataset::Arrays all;
    all.offsets.resize(extents.back().row + 1);
    all.labels.resize(extents.back().row);
    all.indices.resize(extents.back().nonzero);
    if (!all_ones) all.values.resize(extents.back().nonzero);
    if (has_weights) all.weights.resize(extents.back().row);

    const ClassNames classes = options_.class_labels ? number_classes() : nullptr;
    tbb::parallel_for(std::size_t{0}, batches_.size(), [&](std::size_t b) {
      RowBatch batch = std::move(batches_[b]);  // freed as soon as it is copied
      if (!renumbered_.empty()) renumber(batch, renumbered_[b]);
      const auto [row, nonzero] = extents[b];
      std::ranges::transform(batch.indices, all.indices.data() + nonzero,
                             [base](Index j) { return j - base; });
      if (!all_ones && batch.values.empty()) batch.values.resize(batch.indices.size(), 1.0f);
      if (!all_ones) std::ranges::copy(batch.values, all.values.data() + nonzero);
      if (has_weights) {
        batch.weights.resize(batch.labels.size(), 1.0f);
        std::ranges::copy(batch.weights, all.weights.data() + row);
      }
      std::ranges::copy(batch.labels, all.labels.data() + row);
      for (std::size_t i = 1; i < batch.offsets.size(); ++i) {
        all.offsets[row + i] = nonzero + batch.offsets[i];
      }
    });
    return Dataset(std::move(all), std::move(space), std::move(source), record_.seen_labels(),
                   classes);
  }

  // From each chunk's numbers of classes to the data set's.
  ClassNames number_classes() {
    if (options_.classes) return options_.classes;
    std::set<std::string> names;
    for (const RowBatch& batch : batches_) {
      for (const float label : batch.labels) {  // not those of skipped lines
        if (!std::isnan(label)) names.emplace(batch.class_names[static_cast<Index>(label)]);
      }
    }
    if (names.size() > kMostClasses) {
      throw DataError(record_.source().name(), fmt::format("there are {} labels", names.size()),
                      "for labels that are numbers use --loss squared");
    }
    std::vector<std::string> order(names.begin(), names.end());
    const auto number = [](const std::string& name) {
      double value = 0;
      const char* const end = name.data() + name.size();
      const auto [stop, error] = std::from_chars(name.data(), end, value);
      return error == std::errc() && stop == end ? std::optional(value) : std::nullopt;
    };
    if (std::ranges::all_of(order, [&](const auto& name) { return number(name).has_value(); })) {
      std::ranges::sort(order, {}, [&](const auto& name) { return *number(name); });
    }
    std::map<std::string, float, std::less<>> numbers;
    for (std::size_t k = 0; k < order.size(); ++k) numbers[order[k]] = static_cast<float>(k);
    for (RowBatch& batch : batches_) {
      for (float& label : batch.labels) {
        if (std::isnan(label)) continue;
        label = numbers.find(batch.class_names[static_cast<Index>(label)])->second;
      }
    }
    return std::make_shared<const std::vector<std::string>>(std::move(order));
  }

  // From the chunk's numbers of names to the data set's, and each row in ascending order again.
  static void renumber(RowBatch& batch, const std::vector<Index>& renumbered) {
    std::vector<std::pair<Index, float>> row;
    for (std::size_t i = 0; i + 1 < batch.offsets.size(); ++i) {
      row.clear();
      for (Offset k = batch.offsets[i]; k < batch.offsets[i + 1]; ++k) {
        row.emplace_back(renumbered[batch.indices[k]], batch.values.empty() ? 1 : batch.values[k]);
      }
      std::ranges::sort(row, {}, &std::pair<Index, float>::first);
      for (Offset k = batch.offsets[i]; k < batch.offsets[i + 1]; ++k) {
        batch.indices[k] = row[k - batch.offsets[i]].first;
        if (!batch.values.empty()) batch.values[k] = row[k - batch.offsets[i]].second;
      }
    }
  }

  const ReadOptions& options_;
  ChunkPipeline pipeline_;
  const Parsing& parsing_ = pipeline_.parsing();
  ReadingRecord& record_ = pipeline_.record();
  tbb::enumerable_thread_specific<ChunkRoom> rooms_;
  std::vector<RowBatch> batches_;
  Offset rows_ = 0;                             // in them
  std::uint64_t bytes_ = 0;                     // that they take
  std::vector<std::vector<Index>> renumbered_;  // [batches], where features have names
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
  if (data.classes() && !options.class_labels) {
    throw DataError(data.source().name(), "its labels are names of classes",
                    "train with --loss softmax, or convert the data again without --class-labels");
  }
}

Dataset read_hogdata(const std::vector<std::string>& paths, const ReadOptions& options) {
  if (paths.size() != 1) {
    throw DataError(Source{.paths = paths}.name(), "a .hogdata file is a data set of its own",
                    "name it alone, or convert all the text files into one");
  }
  Dataset data = open_hogdata(paths[0]);
  require_made_so(data, options);
  if (options.features) data = in_space(data, options.features->plain());
  if (options.class_labels && options.classes) {
    data = data.with_classes(class_numbers(data, options.classes), options.classes);
  }
  return data;
}

}  // namespace

Dataset read(const std::vector<std::string>& paths, const ReadOptions& options) {
  if (paths.empty()) throw OptionError("data", "no file is named");
  if (std::ranges::any_of(paths, is_hogdata)) return read_hogdata(paths, options);
  return read(Input(paths), paths, options);
}

Dataset read_libsvm(const std::string& path, ReadOptions options) {
  options.format = Format::libsvm;
  return read({path}, options);
}

Dataset read_vw(const std::string& path, ReadOptions options) {
  options.format = Format::vw;
  return read({path}, options);
}

}  // namespace hogwild
