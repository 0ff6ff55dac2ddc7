#include "hogwild/data/dataset.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <cmath>
#include <functional>

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

}  // namespace

std::string Source::name() const {
  return paths.empty() ? "data" : fmt::format("{}", fmt::join(paths, ", "));
}

Dataset::Dataset(Arrays arrays, FeatureSpace features, Source source, SeenLabels seen,
                 ClassNames classes)
    : owned_(std::make_shared<const Arrays>(std::move(arrays))),
      indices_(owned_->indices),
      values_(owned_->values) {
  if (source.format.empty()) source.format = "memory";
  if (seen.labels().empty() && !seen.unlabelled()) seen = labels_of(owned_->labels);
  description_ = std::make_shared<const Description>(
      Description{std::move(features), std::move(source), std::move(seen), std::move(classes)});
  validate();
}

Dataset Dataset::borrow(Array<Offset> offsets, std::span<const Index> indices,
                        std::span<const float> values, Array<float> labels, FeatureSpace features) {
  Dataset data;
  data.description_ = std::make_shared<const Description>(
      Description{std::move(features), Source{.format = "memory"}, labels_of(labels), {}});
  Arrays arrays;
  arrays.offsets = std::move(offsets);
  arrays.labels = std::move(labels);
  data.owned_ = std::make_shared<const Arrays>(std::move(arrays));
  data.indices_ = indices;
  data.values_ = values;
  data.validate();
  return data;
}

void Dataset::validate() const {
  const auto& [offsets, indices, values, labels, weights] = *owned_;
  if (offsets.size() != labels.size() + 1 || offsets.front() != 0 ||
      offsets.back() != indices_.size()) {
    fail(labels.size(), "offsets do not fit: they are [rows + 1], from 0 to the non-zeros");
  }
  if (!values_.empty() && values_.size() != indices_.size()) {
    fail(0, "there are more or fewer values than indices");
  }
  if (!weights.empty() && weights.size() != labels.size()) {
    fail(0, "there are more or fewer weights than labels");
  }
  const auto sound = [this](const tbb::blocked_range<Offset>& range, bool all) {
    for (Offset i = range.begin(); all && i != range.end(); ++i) all = is_sound(i);
    return all;
  };
  constexpr Offset kGrain = 4096;
  if (tbb::parallel_reduce(tbb::blocked_range<Offset>(0, rows(), kGrain), true, sound,
                           std::logical_and<>{})) {
    return;
  }
  for (Offset i = 0; i < rows(); ++i) require_sound(i);
}

// The same as require_sound(), without a word on what is wrong.
bool Dataset::is_sound(Offset i) const noexcept {
  const Offset begin = owned_->offsets[i], end = owned_->offsets[i + 1];
  if (begin > end || end > indices_.size()) return false;
  const SparseRow row = this->row(i);
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
  const auto& offsets = owned_->offsets;
  if (offsets[i] > offsets[i + 1] || offsets[i + 1] > indices_.size()) {
    fail(i, "its offsets are not ascending");
  }
  const SparseRow row = this->row(i);
  if (std::ranges::adjacent_find(row.indices, std::ranges::greater_equal{}) != row.indices.end()) {
    fail(i, "its indices are not ascending");
  }
  if (!row.indices.empty() && row.indices.back() >= features().size) {
    fail(i, fmt::format("index {} is past the {} features", row.indices.back(), features().size));
  }
  if (!std::ranges::all_of(row.values, [](float value) { return std::isfinite(value); })) {
    fail(i, "a value is not finite");
  }
  if (!(row.weight >= 0) || std::isinf(row.weight)) fail(i, "its weight is not >= 0 and finite");
  if (std::isinf(row.label)) fail(i, "its label is not finite");
  if (!names_a_class(row.label)) {
    fail(i, fmt::format("its label {} is no number of one of {} classes", row.label,
                        classes()->size()));
  }
}

namespace {

// Arrays that grow by rows; ones and weights of one stay implicit if they are told to.
class RowWriter {
 public:
  RowWriter(bool all_ones, bool weighted) : all_ones_(all_ones), weighted_(weighted) {}

  void add(const SparseRow& row) {
    arrays_.indices.insert(arrays_.indices.end(), row.indices.begin(), row.indices.end());
    if (!all_ones_ && row.values.empty()) {
      arrays_.values.insert(arrays_.values.end(), row.nonzeros(), 1.0f);
    } else if (!all_ones_) {
      arrays_.values.insert(arrays_.values.end(), row.values.begin(), row.values.end());
    }
    arrays_.offsets.push_back(arrays_.indices.size());
    arrays_.labels.push_back(row.label);
    if (weighted_) arrays_.weights.push_back(row.weight);
  }
  Dataset::Arrays take() { return std::move(arrays_); }

 private:
  bool all_ones_;
  bool weighted_;
  Dataset::Arrays arrays_;
};

}  // namespace

Dataset Dataset::with_weights(Array<float> weights) const {
  Dataset data = with(owned_->labels, std::move(weights));
  data.validate();
  return data;
}

Dataset Dataset::with_classes(Array<float> numbers, ClassNames classes) const {
  if (classes->empty()) throw DataError("data", "there are no classes", "name at least one");
  Dataset data = with(std::move(numbers), owned_->weights);
  data.description_ = std::make_shared<const Description>(
      Description{features(), source(), seen_labels(), std::move(classes)});
  data.validate();
  return data;
}

Dataset Dataset::with(Array<float> labels, Array<float> weights) const {
  Dataset data = *this;
  Arrays arrays;
  arrays.offsets = owned_->offsets;
  arrays.labels = std::move(labels);
  arrays.weights = std::move(weights);
  if (!data.lent_) data.lent_ = owned_;
  data.owned_ = std::make_shared<const Arrays>(std::move(arrays));
  return data;
}

Dataset Dataset::select(std::span<const Offset> rows) const {
  RowWriter chosen(all_ones(), has_weights());
  for (const Offset i : rows) chosen.add(row(i));
  Arrays arrays = chosen.take();
  SeenLabels seen;
  for (const float label : arrays.labels) {
    seen.note(label, [&] { return seen_labels().place_of(label); });
  }
  return Dataset(std::move(arrays), features(), source(), std::move(seen), classes());
}

Dataset concatenate(const Dataset& a, const Dataset& b) {
  RowWriter all(a.all_ones() && b.all_ones(), a.has_weights() || b.has_weights());
  for (const Dataset* part : {&a, &b}) {
    for (Offset i = 0; i < part->rows(); ++i) all.add(part->row(i));
  }
  SeenLabels seen = a.seen_labels();
  for (const SeenLabels::Label& other : b.seen_labels().labels()) {
    seen.note(other.value, [&] { return other.place; });
  }
  return Dataset(all.take(), a.features(), a.source(), std::move(seen), a.classes());
}

std::pair<std::vector<Offset>, std::vector<Offset>> split_rows(Offset rows, double fraction,
                                                               std::uint64_t seed) {
  std::vector<Offset> first, second;
  for (Offset i = 0; i < rows; ++i) {
    (Random(seed, i).uniform() < fraction ? second : first).push_back(i);
  }
  return {std::move(first), std::move(second)};
}

std::pair<Dataset, Dataset> split(const Dataset& data, double fraction, std::uint64_t seed) {
  if (!(fraction > 0 && fraction < 1)) {
    throw OptionError("valid-fraction", fmt::format("{} is not between 0 and 1", fraction));
  }
  const auto [first, second] = split_rows(data.rows(), fraction, seed);
  if (first.empty() || second.empty()) {
    throw DataError(
        data.source().name(),
        fmt::format("{} rows leave one side of a {} split empty", data.rows(), fraction),
        "give a validation file instead");
  }
  return {data.select(first), data.select(second)};
}

}  // namespace hogwild
