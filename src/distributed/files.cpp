#include <algorithm>
#include <numeric>
#include <span>
#include <utility>

#include "data/formats/registry.hpp"
#include "data/rows/named_feature.hpp"
#include "data/text/input.hpp"
#include "data/text/parsing.hpp"
#include "distributed/agreement.hpp"
#include "distributed/train.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/hogdata.hpp"
#include "parallel/cores.hpp"
#include "train/plan.hpp"
#include "train/prepare.hpp"

namespace hogwild {
namespace {

// Rows of a step that all ranks make together, where the user gives no number: as many as leave
// some 1,024 steps to an epoch, within these bounds. Fewer steps take many more epochs: two groups
// of 20 newsgroups, 2,685 rows, end after 60 epochs at a test loss of 0.0376 by 8 rows a step,
// 0.0409 by 16, 0.0441 by 64, and 0.0378 by one. Means of allreduce over three seeds, by 512 steps
// an epoch and by 8 rows: all of 20 newsgroups +1.6 % and +0.3 % above single rows,
// rcv1 +1.5 % and -0.3 %.
constexpr std::uint64_t kFewestInBatch = 2, kMostInBatch = 64;
constexpr Offset kStepsAnEpoch = 1024;

// This rank's part of files, in the space and with the labels of all parts.
Dataset read_agreed(World& world, const std::vector<std::string>& paths, int ranks,
                    const ReadOptions& options) {
  PartOfRows part = together(world, [&] {
    // Ranks that only serve have an empty part.
    if (world.rank() < ranks) return read_part(paths, world.rank(), ranks, options);
    const FeatureSpace space = options.features.value_or(FeatureSpace{});
    return PartOfRows{Dataset({}, space, Source{.paths = paths}), {}};
  });
  if (options.class_labels) {
    part = together(world,
                    [&] { return with_agreed_classes(world, std::move(part), options.classes); });
  }
  return together(world, [&] { return agreed_rows(world, std::move(part), options); });
}

// Whether labels are words, which the first row of the files tells all ranks alike.
bool labels_are_words(World& world, const std::vector<std::string>& paths,
                      const ReadOptions& options) {
  return together(world, [&] {
    if (is_hogdata(paths.front())) {
      ReadOptions either = options;
      either.word_labels = true;
      return read(paths, either).classes() != nullptr;
    }
    Input input({paths.front()});
    const auto& first = input.look_ahead(1);
    return !first.empty() && first_label_is_word(first.front().text, options.format, options);
  });
}

// Ranks read parts of files, which have neither the header nor the first rows.
void require_divisible(World& world, const std::vector<std::string>& paths,
                       const ReadOptions& options) {
  together(world, [&] {
    bool divisible = first_given(options.columns).empty();
    for (const std::string& path : paths) {
      if (is_hogdata(path)) continue;
      Input input({path}, TextKind(options));
      const auto& first = input.look_ahead(1);
      if (first.empty()) continue;
      const Format its = TextKind(options).format_of(first.front().text);
      divisible = divisible && text_format(its).records == nullptr;
    }
    if (divisible) return 0;
    throw OptionError(
        "distributed",
        "tables, JSON lines, labelled text and rows of some namespaces can't be divided "
        "among ranks; make a file that can, with the same options: hogwild convert "
        "DATA rows.hogdata");
  });
}

// Rows on the ranks before this one.
Offset rows_before(World& world, Offset own) {
  const std::vector<Offset> rows = world.gather(own);
  return std::accumulate(rows.begin(), rows.begin() + world.rank(), Offset{0});
}

// Rows with all the labels that ranks have agreed on: of a file in the order of labels a rank may
// have rows of one label.
Dataset rows_of(const Dataset& data, std::span<const Offset> chosen) {
  const Dataset rows = data.select(chosen);
  const SeenLabels& agreed = data.seen_labels();
  if (rows.seen_labels().labels().size() == agreed.labels().size()) return rows;
  return concatenate(rows, Dataset({}, data.features(), data.source(), agreed, data.classes()));
}

}  // namespace

Dataset read_rows(World& world, const std::vector<std::string>& paths, const FileOptions& files,
                  TrainOptions& options, const DistributedOptions& ranks,
                  const ReadProgress& progress) {
  const int learning = world.size() - ranks.servers;  // those of lower numbers
  ReadOptions read = files.read;
  read.all_hashes = true;  // as other ranks have them
  require_divisible(world, paths, read);
  if (!files.valid.empty()) require_divisible(world, {files.valid}, read);
  read.class_labels =
      learns_classes(options) || (has_two_labels(options) && labels_are_words(world, paths, read));
  read.threads = threads_of_rank(world, options.threads);
  if (read.memory_limit == 0) read.memory_limit = memory_bytes() / 4 * 3;
  read.memory_limit /= static_cast<std::uint64_t>(world.ranks_on_this_host());
  read.progress = progress;
  if (read.class_labels && options.resume && !options.new_classes) {
    read.classes = options.resume->label_names();
  }
  Dataset data = read_agreed(world, paths, learning, read);
  if (options.resume) {
    data = with_features_of(*options.resume, std::move(data));
    if (learns_classes(options)) {
      const ClassNames classes = classes_of_run(data, options);
      data = data.with_classes(class_numbers(data, classes), classes);
    }
  }
  if (!files.valid.empty()) {
    const bool is_open = read.index_base == IndexBase::automatic && data.features().index_base == 1;
    if (!is_open) read.features = data.features();
    read.classes = data.classes();
    options.validation = read_agreed(world, {files.valid}, learning, read);
    count_alike(data, *options.validation);
  } else if (files.valid_fraction) {
    // A rank of few rows may have none of them.
    const auto [kept, held_out] = split_rows(data.rows(), *files.valid_fraction, options.seed,
                                             rows_before(world, data.rows()));
    options.validation = rows_of(data, held_out);
    data = rows_of(data, kept);
  }
  return data;
}

std::uint64_t default_batch_size(Offset rows, int ranks) {
  const auto enough = static_cast<std::uint64_t>(ranks);  // a row for each
  return std::max(enough, std::clamp(rows / kStepsAnEpoch, kFewestInBatch, kMostInBatch));
}

}  // namespace hogwild
