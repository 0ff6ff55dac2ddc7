#include "hogwild/data/dataset.hpp"

#include <fmt/ranges.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <functional>
#include <memory>
#include <type_traits>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

SeenLabels labels_of(std::span<const float> labels) {
  SeenLabels seen;
  for (const float label : labels) seen.note(label, [] { return Place{}; });
  return seen;
}

[[noreturn]] void fail(Offset row, std::string reason) {
  throw DataError(fmt::format("row {}", row), std::move(reason), "correct the arrays");
}

[[noreturn]] void fail(const Source& source, bool in_file, Offset row, std::string reason) {
  if (!in_file) fail(row, std::move(reason));
  throw DataError(source.name(), fmt::format("the file is damaged: row {}: {}", row, reason),
                  "convert the data again");
}

}  // namespace

std::string Source::name() const {
  return paths.empty() ? "data" : fmt::format("{}", fmt::join(paths, ", "));
}

Dataset::Dataset(Arrays arrays, FeatureSpace features, Source source, SeenLabels seen,
                 ClassNames classes) {
  const auto storage = std::make_shared<Arrays>(std::move(arrays));
  storage_ = storage;
  owns_all_ = true;
  at_ = {storage->offsets, storage->indices, storage->values, storage->labels, storage->weights};
  if (source.format.empty()) source.format = "memory";
  if (seen.labels().empty() && !seen.unlabelled()) seen = labels_of(at_.labels);
  description_ = std::make_shared<const Description>(
      Description{std::move(features), std::move(source), std::move(seen), std::move(classes)});
  validate();
}

// Where an array is that the data set owns besides what it has, which is looked at first.
template <class Value>
std::span<const Value> Dataset::own(Array<Value> array) {
  look_at_all();
  using Both = std::pair<Array<Value>, std::shared_ptr<const void>>;
  const auto storage = std::make_shared<const Both>(std::move(array), std::move(storage_));
  storage_ = storage;
  owns_all_ = false;
  first_look_ = nullptr;
  return storage->first;
}

Dataset Dataset::borrow(Array<Offset> offsets, std::span<const Index> indices,
                        std::span<const float> values, Array<float> labels, FeatureSpace features) {
  Dataset data;
  data.description_ = std::make_shared<const Description>(
      Description{std::move(features), Source{.format = "memory"}, labels_of(labels), {}});
  data.at_ = {data.own(std::move(offsets)), indices, values, data.own(std::move(labels)), {}};
  data.validate();
  return data;
}

Dataset::Arrays Dataset::take_arrays() && {
  look_at_all();
  const auto all = [](const auto& span) {
    using Value = std::remove_cv_t<typename std::decay_t<decltype(span)>::element_type>;
    return Array<Value>(span.begin(), span.end());
  };
  if (owns_all_ && storage_.use_count() == 1) {
    // Made by the constructor as what it is, and seen by nobody but this.
    Arrays arrays = std::move(*const_cast<Arrays*>(static_cast<const Arrays*>(storage_.get())));
    *this = {};
    return arrays;
  }
  return {all(at_.offsets), all(at_.indices), all(at_.values), all(at_.labels), all(at_.weights)};
}

// Which blocks of rows have been found sound. A block is looked at by whoever comes first, or by
// several at once, who find the same. Relaxed is enough: a mark stands for bytes that do not
// change.
class FirstLook {
 public:
  static constexpr Offset kBlockRows = 4096;

  explicit FirstLook(Offset rows) : sound_((rows + kBlockRows - 1) / kBlockRows) {}
  std::atomic<bool>& block_of(Offset row) { return sound_[row / kBlockRows]; }

 private:
  std::vector<std::atomic<bool>> sound_;
};

Dataset Dataset::lend(const Lent& arrays, FeatureSpace features, Source source, SeenLabels seen,
                      ClassNames classes, std::shared_ptr<const void> keeper) {
  Dataset data;
  data.storage_ = std::move(keeper);
  data.owns_all_ = false;
  data.at_ = arrays;
  data.description_ = std::make_shared<const Description>(
      Description{std::move(features), std::move(source), std::move(seen), std::move(classes)});
  data.first_look_ = std::make_shared<FirstLook>(data.rows());
  return data;
}

void Dataset::look_at(Offset i) const {
  std::atomic<bool>& sound = first_look_->block_of(i);
  if (sound.load(std::memory_order_relaxed)) return;
  const Offset begin = i / FirstLook::kBlockRows * FirstLook::kBlockRows;
  const Offset end = std::min(begin + FirstLook::kBlockRows, rows());
  if (!are_sound(begin, end)) {
    for (Offset row = begin; row < end; ++row) require_sound(row);
  }
  sound.store(true, std::memory_order_relaxed);
}

void Dataset::look_at_all() const {
  if (!first_look_) return;
  tbb::parallel_for(Offset{0}, (rows() + FirstLook::kBlockRows - 1) / FirstLook::kBlockRows,
                    [this](Offset block) { look_at(block * FirstLook::kBlockRows); });
}

void Dataset::validate() const {
  if (at_.offsets.size() != at_.labels.size() + 1 || at_.offsets.front() != 0 ||
      at_.offsets.back() != at_.indices.size()) {
    fail(at_.labels.size(),
         "wrong offsets: they should be [rows + 1], from 0 to the number of non-zeros");
  }
  if (!at_.values.empty() && at_.values.size() != at_.indices.size()) {
    fail(0, "the numbers of values and indices differ");
  }
  if (!at_.weights.empty() && at_.weights.size() != at_.labels.size()) {
    fail(0, "the numbers of weights and labels differ");
  }
  const auto sound = [this](const tbb::blocked_range<Offset>& range, bool all) {
    return all && are_sound(range.begin(), range.end());
  };
  constexpr Offset kGrain = 4096;
  if (tbb::parallel_reduce(tbb::blocked_range<Offset>(0, rows(), kGrain), true, sound,
                           std::logical_and<>{})) {
    return;
  }
  for (Offset i = 0; i < rows(); ++i) require_sound(i);
}

bool Dataset::are_sound(Offset begin, Offset end) const noexcept {
  bool all = true;
  for (Offset i = begin; all && i < end; ++i) all = is_sound(i);
  return all;
}

// The same as require_sound(), without a word on what is wrong.
bool Dataset::is_sound(Offset i) const noexcept {
  const Offset begin = at_.offsets[i], end = at_.offsets[i + 1];
  if (begin > end || end > at_.indices.size()) return false;
  const SparseRow row = unchecked_row(i);
  bool sound = true;
  for (std::size_t k = 1; k < row.nonzeros(); ++k) sound &= row.indices[k - 1] < row.indices[k];
  for (const float value : row.values) sound &= std::isfinite(value);
  sound &= row.indices.empty() || row.indices.back() < features().size;
  sound &= row.weight >= 0 && !std::isinf(row.weight) && !std::isinf(row.label);
  return sound && names_a_class(row.label);
}

bool Dataset::names_a_class(float label) const noexcept {
  if (!classes() || std::isnan(label)) return true;
  return label >= 0 && label < static_cast<float>(classes()->size()) && label == std::floor(label);
}

void Dataset::require_sound(Offset i) const {
  const auto fail = [&](Offset row, std::string reason) {
    hogwild::fail(source(), first_look_ != nullptr, row, std::move(reason));
  };
  if (at_.offsets[i] > at_.offsets[i + 1] || at_.offsets[i + 1] > at_.indices.size()) {
    fail(i, "its offsets are not ascending");
  }
  const SparseRow row = unchecked_row(i);
  if (std::ranges::adjacent_find(row.indices, std::ranges::greater_equal{}) != row.indices.end()) {
    fail(i, "its indices are not ascending");
  }
  if (!row.indices.empty() && row.indices.back() >= features().size) {
    fail(i,
         fmt::format("index {} is not below the {} features", row.indices.back(), features().size));
  }
  if (!std::ranges::all_of(row.values, [](float value) { return std::isfinite(value); })) {
    fail(i, "a value is not finite");
  }
  if (!(row.weight >= 0) || std::isinf(row.weight)) fail(i, "its weight is not >= 0 and finite");
  if (std::isinf(row.label)) fail(i, "its label is not finite");
  if (!names_a_class(row.label)) {
    fail(i, fmt::format("its label {} is not the number of one of {} classes", row.label,
                        classes()->size()));
  }
}

namespace {

// The rows that row_at(0), row_at(1), ... give. Ones, and weights of one, stay implicit where it is
// said so.
template <class RowAt>
Dataset::Arrays gathered(Offset rows, bool all_ones, bool weighted, const RowAt& row_at) {
  Dataset::Arrays arrays;
  Offset nonzeros = 0;
  for (Offset i = 0; i < rows; ++i) nonzeros += row_at(i).nonzeros();
  arrays.offsets.reserve(rows + 1);  // growing would take twice the memory
  arrays.labels.reserve(rows);
  arrays.indices.reserve(nonzeros);
  if (!all_ones) arrays.values.reserve(nonzeros);
  for (Offset i = 0; i < rows; ++i) {
    const SparseRow row = row_at(i);
    arrays.indices.insert(arrays.indices.end(), row.indices.begin(), row.indices.end());
    if (!all_ones && row.values.empty()) {
      arrays.values.insert(arrays.values.end(), row.nonzeros(), 1.0f);
    } else if (!all_ones) {
      arrays.values.insert(arrays.values.end(), row.values.begin(), row.values.end());
    }
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(row.label);
    if (weighted) arrays.weights.push_back(row.weight);
  }
  return arrays;
}

}  // namespace

Dataset Dataset::with_weights(Array<float> weights) const {
  Dataset data = *this;
  data.at_.weights = data.own(std::move(weights));
  data.validate();
  return data;
}

Dataset Dataset::with_classes(Array<float> numbers, ClassNames classes) const {
  if (classes->empty()) throw DataError("data", "there are no classes", "name at least one");
  SeenLabels seen;
  if (const auto& place = seen_labels().unlabelled())
    seen.note(kUnlabelled, [&] { return *place; });
  for (const auto& [label, place] : seen_labels().labels()) {
    const auto row =
        static_cast<std::size_t>(std::ranges::find(labels(), label) - labels().begin());
    if (row < std::min(labels().size(), numbers.size())) seen.note_class(numbers[row], place);
  }
  Dataset data = *this;
  data.at_.labels = data.own(std::move(numbers));
  data.description_ = std::make_shared<const Description>(
      Description{features(), source(), std::move(seen), std::move(classes)});
  data.validate();
  return data;
}

Dataset Dataset::first(Offset count) const {
  if (first_look_) {
    for (Offset i = 0; i < count; i += FirstLook::kBlockRows) look_at(i);
  }
  Dataset data = *this;
  data.owns_all_ = false;
  data.first_look_ = nullptr;
  const Offset nonzeros = at_.offsets[count];
  data.at_.offsets = at_.offsets.first(count + 1);
  data.at_.labels = at_.labels.first(count);
  data.at_.indices = at_.indices.first(nonzeros);
  if (!at_.values.empty()) data.at_.values = at_.values.first(nonzeros);
  if (!at_.weights.empty()) data.at_.weights = at_.weights.first(count);
  return data;
}

Dataset Dataset::select(std::span<const Offset> rows) const {
  Arrays arrays =
      gathered(rows.size(), all_ones(), has_weights(), [&](Offset k) { return row(rows[k]); });
  SeenLabels seen;
  for (const float label : arrays.labels) {
    seen.note(label, [&] { return seen_labels().place_of(label); });
  }
  return Dataset(std::move(arrays), features(), source(), std::move(seen), classes());
}

Dataset concatenate(const Dataset& a, const Dataset& b) {
  Dataset::Arrays all = gathered(
      a.rows() + b.rows(), a.all_ones() && b.all_ones(), a.has_weights() || b.has_weights(),
      [&](Offset i) { return i < a.rows() ? a.row(i) : b.row(i - a.rows()); });
  SeenLabels seen = a.seen_labels();
  for (const SeenLabels::Label& other : b.seen_labels().labels()) {
    seen.note(other.value, [&] { return other.place; });
  }
  return Dataset(std::move(all), a.features(), a.source(), std::move(seen), a.classes());
}

std::pair<std::vector<Offset>, std::vector<Offset>> split_rows(Offset rows, double fraction,
                                                               std::uint64_t seed, Offset first) {
  std::vector<Offset> kept, held_out;
  for (Offset i = 0; i < rows; ++i) {
    (Random(seed, first + i).uniform() < fraction ? held_out : kept).push_back(i);
  }
  return {std::move(kept), std::move(held_out)};
}

std::pair<Dataset, Dataset> split(const Dataset& data, double fraction, std::uint64_t seed) {
  if (!(fraction > 0 && fraction < 1)) {
    throw OptionError("valid-fraction", fmt::format("{} is not between 0 and 1", fraction));
  }
  const auto [first, second] = split_rows(data.rows(), fraction, seed);
  if (first.empty() || second.empty()) {
    throw DataError(
        data.source().name(),
        fmt::format("a {1} split of {0} rows leaves one side empty", data.rows(), fraction),
        "give a validation file instead");
  }
  return {data.select(first), data.select(second)};
}

}  // namespace hogwild
