#include "train/rate_sample.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "data/rows/named_feature.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/ranking.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {
namespace {

constexpr double kTrials = 6;  // that a search takes, about
// Of a run with early stopping most trials end long before its last epoch.
constexpr double kEpochsToStop = 12;
// Non-zeros that all trials may learn together: a share of the run's, between these.
constexpr double kShare = 0.03;
constexpr double kLeast = 2.5e7, kMost = 5e8;
// Under early stopping, whose outcome is chance where validation rows are few, trials learn all
// rows of a set of no more non-zeros: on text of 11,000 rows and as many validation rows as the run
// has, the loss is 5 % less (20 newsgroups, mean of three groups and five seeds).
constexpr double kWhole = 2.5e6;
// Then the rows that a run learns are held out in turn too, in so many folds, so that each row of
// the set is held out once.
constexpr std::size_t kFolds = 5;
constexpr Offset kFewestSampled = 1000;
constexpr int kFewestEpochs = 5;  // of a run that has them
constexpr Offset kFewestHeldOut = 100;
// Streams of random numbers, apart from those of splits and orders.
constexpr std::uint64_t kSampling = 0x72617465, kHoldingOut = 0x68656c64;

// The rows of the sample, in the order of the data.
std::vector<Offset> sampled(Offset rows, double fraction, std::uint64_t seed) {
  std::vector<Offset> chosen;
  for (Offset i = 0; i < rows; ++i) {
    if (fraction >= 1 || Random(seed, kSampling, i).uniform() < fraction) chosen.push_back(i);
  }
  return chosen;
}

// The same rows with the features that occur in a sample numbered from 0, so that a trial's cost is
// that of its rows, however large the space they are in. Other rows may have another ranking of the
// features, or none.
class Renumbering {
 public:
  Renumbering(const Dataset& data, std::span<const Offset> sample)
      : ranking_(data.features().ranking), numbers_(data.features().plain().size) {
    const FeatureSpace& space = data.features();
    std::vector<Index> held;
    for (const Offset i : sample) {
      for (const Index j : data.row(i).indices) {
        if (std::exchange(numbers_[space.plain(j)], kHeld) == 0) held.push_back(j);
      }
    }
    // In ascending order, so that rows stay in it.
    constexpr Index kFewer = 64;  // than that many times as many: sorting looks at less
    if (held.size() < space.size / kFewer) {
      std::ranges::sort(held);
      for (const Index j : held) numbers_[space.plain(j)] = ++count_;
    } else {
      for (Index j = 0; j < space.size; ++j) {
        if (numbers_[space.plain(j)] == kHeld) numbers_[space.plain(j)] = ++count_;
      }
    }
  }

  // labels are those of all the data: a sample may lack one.
  Dataset operator()(const Dataset& data, std::span<const Offset> rows,
                     const SeenLabels& labels) const {
    const FeatureSpace& space = data.features();
    Dataset::Arrays arrays;
    Offset nonzeros = 0;
    for (const Offset i : rows) nonzeros += data.row(i).nonzeros();
    arrays.indices.reserve(nonzeros);  // growing would take twice the memory
    if (!data.all_ones()) arrays.values.reserve(nonzeros);
    std::vector<std::pair<Index, float>> kept;  // of a row
    for (const Offset i : rows) {
      const SparseRow row = data.row(i);
      kept.clear();
      for (std::size_t k = 0; k < row.nonzeros(); ++k) {
        const Index plain = space.plain(row.indices[k]);
        if (plain >= numbers_.size()) continue;  // a feature that the data lacks
        const Index number = numbers_[plain];
        if (number != 0) kept.emplace_back(number - 1, row.value(k));
      }
      if (space.ranking != ranking_) std::ranges::sort(kept);
      for (const auto& [number, value] : kept) {
        arrays.indices.push_back(number);
        if (!data.all_ones()) arrays.values.push_back(value);
      }
      arrays.offsets.push_back(arrays.indices.size());
      arrays.labels.push_back(row.label);
      if (data.has_weights()) arrays.weights.push_back(row.weight);
    }
    return Dataset(std::move(arrays), {.size = count_}, data.source(), labels, data.classes());
  }

  // A model with the sample's features.
  Model operator()(const Dataset& data, const Model& model) const {
    const std::size_t outputs = model.outputs();
    const auto weights = shared_zeroed_array<float>(count_ * outputs);
    for (Index plain = 0; plain < numbers_.size(); ++plain) {
      if (numbers_[plain] == 0) continue;
      const auto known = same_feature(model.features(), data.features(), plain);
      if (!known) continue;
      std::copy_n(&model.weights()[*known * outputs], outputs,
                  &weights[static_cast<std::ptrdiff_t>((numbers_[plain] - 1) * outputs)]);
    }
    const FeatureSpace space{.size = count_};
    if (!model.classes()) {
      return Model(space, weights, model.bias(), model.loss(), model.labels(), model.provenance(),
                   model.label_names());
    }
    return Model(space, weights, {model.biases().begin(), model.biases().end()}, model.loss(),
                 model.classes(), model.provenance());
  }

 private:
  static constexpr Index kHeld = ~Index{0};  // to be numbered

  std::shared_ptr<const Ranking> ranking_;  // of the sample's features
  ZeroedArray<Index> numbers_;              // by plain number; 1 more than the new one; 0: none
  Index count_ = 0;
};

bool have_weight(const Dataset& data, std::span<const Offset> rows) {
  return std::ranges::any_of(rows, [&](Offset i) { return data.row(i).weight > 0; });
}

// What part of a set is tried, and for how long.
struct Extent {
  bool whole = false;   // all rows, in several splits
  double fraction = 1;  // of the rows
  int epochs = 1;       // of a trial
};

Extent extent_for(const Dataset& data, const TrainOptions& options) {
  const int epochs =
      options.stop_after > 0 ? std::min(options.stop_after, options.epochs) : options.epochs;
  const auto outputs = static_cast<double>(data.classes() ? data.classes()->size() : 1);
  const auto nonzeros = std::max(1.0, static_cast<double>(data.nonzeros()) * outputs);
  const double each = std::clamp(kShare * nonzeros * epochs, kLeast, kMost) / kTrials;
  const double horizon =
      options.early_stopping > 0 ? std::min<double>(epochs, kEpochsToStop) : epochs;
  const auto fewest =
      static_cast<double>(std::max<Offset>(kFewestSampled, 20 * options.batch_size));
  const bool whole = options.early_stopping > 0 && nonzeros <= kWhole;
  const double fraction = whole
                              ? 1
                              : std::min(1.0, std::max(each / (horizon * nonzeros),
                                                       fewest / static_cast<double>(data.rows())));
  // Of a run of very many epochs even the smallest sample is too much.
  const double affordable = whole ? epochs : each / (fraction * nonzeros) * (epochs / horizon);

  return {
      whole, fraction,
      static_cast<int>(std::clamp<double>(affordable, std::min(epochs, kFewestEpochs), epochs))};
}

// The numbers of rows of a set, or of two, that a trial learns and is scored on.
struct Split {
  std::vector<Offset> learnt, held_out;
};

// Of the numbers in order: each fold is held out once.
std::vector<Split> folds_of(Offset rows, std::uint64_t seed) {
  std::vector<Split> folds(kFolds);
  for (Offset i = 0; i < rows; ++i) {
    const double drawn = Random(seed, kHoldingOut, i).uniform();
    for (std::size_t k = 0; k < kFolds; ++k) {
      Split& fold = folds[k];
      (static_cast<std::size_t>(drawn * kFolds) == k ? fold.held_out : fold.learnt).push_back(i);
    }
  }
  return folds;
}

}  // namespace

std::vector<RateSample> take_rate_samples(const Dataset& data, const TrainOptions& options) {
  const auto [whole, fraction, epochs] = extent_for(data, options);
  Split first{sampled(data.rows(), fraction, options.seed), {}};
  // A handful of validation rows would choose by chance.
  const bool by_validation = options.validation && options.validation->rows() >= kFewestHeldOut;
  const Dataset& other = by_validation ? *options.validation : data;
  if (by_validation) {
    first.held_out = sampled(other.rows(), fraction, options.seed);
    if (first.held_out.size() < kFewestHeldOut) {
      first.held_out = sampled(other.rows(), 1, options.seed);
    }
  } else {
    std::vector<Offset> kept;
    for (const Offset i : first.learnt) {
      const bool out = Random(options.seed, kHoldingOut, i).uniform() < 0.2;
      (out ? first.held_out : kept).push_back(i);
    }
    first.learnt = std::move(kept);
  }
  if (first.learnt.size() < kFewestHeldOut) return {};

  std::vector<RateSample> samples;
  const auto take = [&](const Split& split, const Dataset& validated) {
    if (!have_weight(data, split.learnt) || !have_weight(validated, split.held_out)) return;
    std::vector<float> difficulty;
    for (const Offset i : split.learnt) {
      if (!options.difficulty.empty()) difficulty.push_back(options.difficulty[i]);
    }
    const Renumbering renumber(data, split.learnt);
    samples.push_back(
        {renumber(data, split.learnt, data.seen_labels()),
         renumber(validated, split.held_out, data.seen_labels()), std::move(difficulty),
         options.resume ? std::optional(renumber(data, *options.resume)) : std::nullopt, epochs});
  };
  take(first, other);
  if (whole && by_validation && !samples.empty()) {
    for (const Split& fold : folds_of(data.rows(), options.seed)) take(fold, data);
  }
  return samples;
}

}  // namespace hogwild
