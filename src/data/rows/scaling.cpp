#include "data/rows/scaling.hpp"

#include <fmt/format.h>
#include <tbb/blocked_range.h>
#include <tbb/parallel_for.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <optional>
#include <utility>

namespace hogwild {
namespace {

constexpr Offset kFewestRows = 10;      // that say anything of a scale
constexpr double kDense = 0.95;         // of the rows
constexpr double kNearOne = 1.25;       // a feature's scale within this factor of 1 stays
constexpr double kNearOneLabel = 1.02;  // the labels', by which steps of some rules are measured
constexpr double kAlike = 5;            // powers of two between the scales of nine in ten values
constexpr double kFarAway = 5;          // the same between a column's scale and that of the others
constexpr Offset kTextTimes = 4;        // as many values in sparse columns as in dense ones: text
constexpr double kFarFromOne = 7;       // the same between the scale of all and 1
constexpr double kConstant = 1e-7;      // a deviation so much smaller than the mean says nothing
constexpr Offset kEnoughRows = 5'000;  // of a sample: a look at 20,000 took 4 % of a pass over text

// What the values of a feature are like.
struct Moments {
  double pivot = 0;  // the first value; sums are of the distances from it
  double sum = 0;
  double squares = 0;
  std::uint32_t count = 0;
  float most = 0;           // the largest size
  bool has_number = false;  // other than 0 and 1

  void add(float value) noexcept {
    const auto x = static_cast<double>(value);
    if (count++ == 0) pivot = x;
    sum += x - pivot;
    squares += (x - pivot) * (x - pivot);
    most = std::max(most, std::abs(value));
    has_number = has_number || (value != 0 && value != 1);
  }

  // Of the values that are not left out.
  double mean_square() const noexcept {
    const double n = count;
    return (squares + 2 * pivot * sum) / n + pivot * pivot;
  }

  // The mean and the deviation from it, where all other rows have 0; without a bias from 0.
  std::pair<double, double> moments(Offset rows, bool has_bias) const noexcept {
    const auto n = static_cast<double>(rows), others = n - count;
    const double shift = (sum - others * pivot) / n;
    const double square = (squares + others * pivot * pivot) / n;
    const double mean = pivot + shift, variance = std::max(0.0, square - shift * shift);
    if (!has_bias) return {0, std::sqrt(variance + mean * mean)};
    return {mean, std::sqrt(variance)};
  }
};

constexpr int kOne = 127;  // the exponent of 1

int exponent_of(float value) noexcept {
  return static_cast<int>(std::bit_cast<std::uint32_t>(value) >> 23 & 0xff);
}

bool is_near_one(double scale, double near) noexcept {
  return scale <= near && scale >= 1 / near;
}

// The value below which lies this share of all, each counting so many times.
double quantile(std::vector<std::pair<double, double>>& sorted, double share) {
  double all = 0, below = 0;
  for (const auto& [value, times] : sorted) all += times;
  for (const auto& [value, times] : sorted) {
    below += times;
    if (below >= share * all) return value;
  }
  return sorted.back().first;
}

double mean_weight(const Dataset& rows) {
  double sum = 0;
  for (const float weight : rows.weights()) sum += static_cast<double>(weight);
  return sum / static_cast<double>(rows.rows());
}

// near: the factor of 1 within which a deviation stays; the mean stays if it is within as much of
// 0.
Unit unit_of(double mean, double deviation, double near) noexcept {
  if (deviation <= kConstant * std::abs(mean)) {  // one value, which may be any
    return {0, mean == 0 || is_near_one(std::abs(mean), near) ? 1 : 1 / std::abs(mean)};
  }
  if (is_near_one(deviation, near) && std::abs(mean) <= (near - 1) * deviation) return {};
  return {mean, 1 / deviation};
}

// Whether a column that most rows have, such as a frequent word, is one of many sparse ones, and of
// their scale: log2 of it is `others`. Standardised, such words made text 4 % worse.
bool stays_in_text(const Moments& column, Offset dense_values, Offset other_values, double others) {
  return kTextTimes * dense_values < other_values &&
         std::abs(std::log2(column.mean_square()) / 2 - others) <= kFarAway;
}

// Whether a sample shows no column that needs a unit, so that none has to be looked at by itself:
// the columns that most rows have are near unit scale, and the sizes of other values lie together.
// Returns the median of their log2 then.
std::optional<double> alike_size(const Dataset& rows, bool has_bias) {
  constexpr Offset kFirst = 32;
  const Offset stride = 1 + rows.rows() / kEnoughRows;
  std::vector<Index> dense;  // that some of the first rows have in common
  for (Offset i = 0; i < std::min(kFirst, rows.rows()); ++i) {
    const auto features = rows.row(i).indices;
    dense.insert(dense.end(), features.begin(), features.end());
  }
  std::ranges::sort(dense);
  std::vector<Index> frequent;
  for (auto first = dense.begin(); first != dense.end();) {
    const auto last = std::find_if(first, dense.end(), [&](Index j) { return j != *first; });
    if (last - first >= static_cast<std::ptrdiff_t>(std::min(kFirst, rows.rows()) * 4 / 5)) {
      frequent.push_back(*first);
    }
    first = last;
  }
  std::vector<Moments> columns(frequent.size());
  std::array<Offset, 256> sizes{};  // of values in other columns, by exponent
  Offset seen = 0;
  for (Offset i = 0; i < rows.rows(); i += stride, ++seen) {
    const SparseRow row = rows.row(i);
    auto next = frequent.begin();
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      const Index j = row.indices[k];
      while (next != frequent.end() && *next < j) ++next;
      if (next != frequent.end() && *next == j) {
        columns[static_cast<std::size_t>(next - frequent.begin())].add(row.value(k));
      } else {
        ++sizes[static_cast<std::size_t>(exponent_of(row.value(k)))];
      }
    }
  }
  Offset all = 0, below = 0;
  int median = -1, low = -1, high = 0;
  for (const Offset count : sizes) all += count;
  Offset dense_values = 0;
  for (const Moments& column : columns) dense_values += column.count;
  for (int exponent = 0; exponent < 256; ++exponent) {
    if (sizes[static_cast<std::size_t>(exponent)] == 0) continue;
    below += sizes[static_cast<std::size_t>(exponent)];
    if (low < 0 && 50 * below >= all) low = exponent;  // numbers around 0 have any size
    if (median < 0 && 2 * below >= all) median = exponent;
    high = exponent;
  }
  for (const Moments& column : columns) {
    if (!column.has_number || stays_in_text(column, dense_values, all, median - kOne)) continue;
    const auto [mean, deviation] = column.moments(seen, has_bias);
    if (!unit_of(mean, deviation, kNearOne).changes_nothing()) return std::nullopt;
  }
  if (all == 0) return 0;
  const bool alike =
      median - low <= kAlike && high - median <= kFarAway && std::abs(median - kOne) <= kFarFromOne;
  return alike ? std::optional<double>(median - kOne) : std::nullopt;
}

}  // namespace

double Scaling::SparseColumns::scale(double mean_square, double most) const noexcept {
  if (asked == Scale::max) return 1 / most;
  const double size = std::sqrt(mean_square);
  if (!alike) return 1 / size;
  const bool far = std::abs(std::log2(size) - median) > kFarAway;
  return far ? common * std::exp2(median) / size : common;
}

void Scaling::find_units(const Dataset& rows, Scale asked, bool has_bias) {
  ZeroedArray<Moments> columns(rows.features().size);
  std::vector<Index> met;
  for (Offset i = 0; i < rows.rows(); ++i) {
    const SparseRow row = rows.row(i);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      if (row.value(k) == 0) continue;  // as if it were not there
      Moments& column = columns[row.indices[k]];
      if (column.count == 0) met.push_back(row.indices[k]);
      column.add(row.value(k));
    }
  }
  const auto is_dense = [&](const Moments& column) {
    return asked != Scale::max &&
           static_cast<double>(column.count) >= kDense * static_cast<double>(rows.rows());
  };
  Offset dense_values = 0, other_values = 0;
  for (const Index j : met)
    (is_dense(columns[j]) ? dense_values : other_values) += columns[j].count;
  std::vector<std::pair<double, double>> scales;  // of sparse columns: log2, and number of values
  for (const Index j : met) {
    const Moments& column = columns[j];
    if (is_dense(column) || column.most == 0) continue;
    const double scale = column.has_number ? std::log2(column.mean_square()) / 2 : 0;
    scales.emplace_back(scale, column.count);
  }
  std::ranges::sort(scales);
  const double median = scales.empty() ? 0 : quantile(scales, 0.5);
  sparse_ = {asked,
             asked == Scale::automatic &&
                 (scales.empty() || quantile(scales, 0.95) - quantile(scales, 0.05) <= kAlike),
             median, std::abs(median) > kFarFromOne ? std::exp2(-std::round(median)) : 1};
  const auto unit_for = [&](const Moments& column) -> Unit {
    if (!column.has_number) return {};
    if (is_dense(column) && asked == Scale::automatic &&
        stays_in_text(column, dense_values, other_values, median)) {
      return {0, sparse_.common};
    }
    if (is_dense(column)) {
      const auto [mean, deviation] = column.moments(rows.rows(), has_bias);
      if (asked == Scale::standard && deviation > kConstant * std::abs(mean)) {
        return {mean, 1 / deviation};
      }
      return unit_of(mean, deviation, kNearOne);
    }
    return {0, sparse_.scale(column.mean_square(), static_cast<double>(column.most))};
  };
  scales_ = ZeroedArray<float>(rows.features().plain().size);
  std::vector<std::pair<Index, double>> centred;
  for (const Index j : met) {
    if (columns[j].most == 0) continue;
    const Unit unit = unit_for(columns[j]);
    const Index plain = rows.features().plain(j);
    const auto scale = static_cast<float>(unit.scale);
    scales_[plain] = 1;
    if (!unit.changes_nothing() && std::isfinite(scale) && scale > 0) {
      scales_[plain] = scale;
      changed_->add(plain);
      ++report_.scaled;
    }
    if (unit.offset != 0 && scales_[plain] == scale) centred.emplace_back(plain, unit.offset);
  }
  std::ranges::sort(centred);
  for (const auto& [j, offset] : centred) {
    centred_.push_back(j);
    offsets_.push_back(offset);
  }
  report_.centred = static_cast<Index>(centred_.size());
  if (report_.scaled == 0 && report_.centred == 0) scales_ = {};
}

Scaling::Scaling(const Dataset& rows, Scale asked, bool number_labels, bool has_bias) {
  if (asked == Scale::none || rows.rows() == 0) return;
  if (rows.has_weights()) {
    const double mean = mean_weight(rows);
    if (mean > 0 && static_cast<float>(mean) != 1) weight_ = 1 / mean;
    report_.weights = weight_ != 1;
  }
  if (rows.rows() < kFewestRows) return;
  if (number_labels) {
    Moments labels;
    for (const float label : rows.labels()) {
      if (!std::isnan(label)) labels.add(label);
    }
    const auto [mean, deviation] = labels.moments(labels.count, has_bias);
    label_ = unit_of(mean, deviation, kNearOneLabel);
    report_.labels = !label_.changes_nothing();
  }
  sampled_ = std::make_unique<Sampled>();
  sparse_.asked = asked;
  sparse_.alike = asked == Scale::automatic;
  if (rows.all_ones()) return;
  if (asked == Scale::automatic) {
    if (const auto size = alike_size(rows, has_bias)) {
      sparse_.median = *size;
      return;
    }
  }
  find_units(rows, asked, has_bias);
}

Unit Scaling::unit(Index j) const noexcept {
  if (j >= scales_.size() || scales_[j] == 0) {
    const auto later = later_.find(j);
    return {0, later != later_.end() ? static_cast<double>(later->second) : 1};
  }
  const auto at = std::ranges::lower_bound(centred_, j);
  const bool is_centred = at != centred_.end() && *at == j;
  return {is_centred ? offsets_[static_cast<std::size_t>(at - centred_.begin())] : 0,
          static_cast<double>(scales_[j])};
}

template <class Arrays>
void Scaling::scale_features(Arrays& rows, bool all_ones) const {
  if (scales_.size() == 0 && later_.empty()) return;
  if (all_ones) {
    rows.values.resize(rows.indices.size());
    std::ranges::fill(rows.values, 1.0f);
  }
  const auto scaled = [this](Index j, float value) {
    return static_cast<float>(unit(j).of(static_cast<double>(value)));
  };
  tbb::parallel_for(tbb::blocked_range<std::size_t>(0, rows.indices.size(), 1 << 14),
                    [&](const auto& range) {
                      for (std::size_t k = range.begin(); k < range.end(); ++k) {
                        const Index j = rows.indices[k];
                        if (changed_->may_have(j)) rows.values[k] = scaled(j, rows.values[k]);
                      }
                    });
  // Of a column that is centred a row that lacks it has not 0.
  std::size_t held = 0;
  for (const Index j : rows.indices) {
    if (changed_->may_have(j)) held += std::ranges::binary_search(centred_, j);
  }
  const std::size_t count = rows.offsets.size() - 1;
  if (held == count * centred_.size()) return;
  Array<Index> indices;
  Array<float> values;
  std::vector<std::pair<Index, float>> row;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < count; ++i) {
    row.clear();
    const std::size_t end = rows.offsets[i + 1];
    for (std::size_t k = begin; k < end; ++k) row.emplace_back(rows.indices[k], rows.values[k]);
    for (const Index j : centred_) {
      const auto same = [j](const auto& entry) { return entry.first == j; };
      if (std::ranges::none_of(row, same)) row.emplace_back(j, scaled(j, 0));
    }
    std::ranges::sort(row, {}, [](const auto& entry) { return entry.first; });
    for (const auto& [j, value] : row) {
      indices.push_back(j);
      values.push_back(value);
    }
    begin = end;
    rows.offsets[i + 1] = indices.size();
  }
  rows.indices = std::move(indices);
  rows.values = std::move(values);
}

template <class Arrays>
void Scaling::scale_labels(Arrays& rows) const {
  if (!label_.changes_nothing()) {
    for (float& label : rows.labels) {
      label = static_cast<float>(label_.of(static_cast<double>(label)));
    }
  }
  if (weight_ == 1) return;
  rows.weights.resize(rows.labels.size(), 1.0f);
  for (float& weight : rows.weights) {
    weight = static_cast<float>(weight_ * static_cast<double>(weight));
  }
}

Dataset Scaling::scaled(Dataset rows) const {
  if (changes_nothing()) return rows;
  const bool all_ones = rows.all_ones();
  FeatureSpace features = rows.features();
  Source source = rows.source();
  SeenLabels seen = rows.seen_labels();
  ClassNames classes = rows.classes();
  Dataset::Arrays arrays = std::move(rows).take_arrays();
  scale_features(arrays, all_ones);
  scale_labels(arrays);
  return Dataset(std::move(arrays), std::move(features), std::move(source), std::move(seen),
                 std::move(classes));
}

// by_recipe: what is 1 is mostly a category, or a number whose unit the sample has told.
void Scaling::meet(std::span<const Index> indices, std::span<const float> of_rows, bool by_recipe) {
  std::vector<std::pair<Index, float>> values;  // of columns that have not been met
  for (std::size_t k = 0; k < indices.size(); ++k) {
    const Index j = indices[k];
    if ((by_recipe && of_rows[k] == 1) || is_of_sample(j)) continue;
    if (!later_.contains(j)) values.emplace_back(j, of_rows[k]);
  }
  std::ranges::stable_sort(values, {}, &std::pair<Index, float>::first);
  for (auto first = values.begin(); first != values.end();) {
    const Index j = first->first;
    Moments column;
    for (; first != values.end() && first->first == j; ++first) column.add(first->second);
    if (column.most == 0) continue;
    const double scale = column.has_number
                             ? sparse_.scale(column.mean_square(), static_cast<double>(column.most))
                             : 1;
    const auto narrow = static_cast<float>(scale);
    const bool is_sound = std::isfinite(narrow) && narrow > 0;
    if (is_sound && narrow != 1) changed_->add(j);
    later_.emplace(j, is_sound ? narrow : 1);
  }
}

void Scaling::note_columns(const Dataset& sample) {
  std::call_once(sampled_->once, [&] {
    const FeatureSpace& space = sample.features();
    sampled_->columns = ZeroedArray<bool>(space.plain().size);
    for (const Index j : sample.indices()) sampled_->columns[space.plain(j)] = true;
  });
}

// values: empty where all are 1.
bool Scaling::needs_units(std::span<const Index> indices, std::span<const float> values,
                          const Dataset& sample) {
  if (scales_.size() > 0) return true;
  if (!sampled_) return false;
  if (sparse_.asked != Scale::automatic || sampled_->has_others.load(std::memory_order_relaxed)) {
    note_columns(sample);
    return true;
  }
  const float least = std::exp2(static_cast<float>(sparse_.median - kFarAway));
  const float most = std::exp2(static_cast<float>(sparse_.median + kFarAway));
  const auto is_far = [=](float value) {
    return std::abs(value) < least || std::abs(value) > most;
  };
  // Few are far: a block is looked at by vectors first.
  constexpr std::size_t kBlock = 64;
  for (std::size_t begin = 0; begin < values.size(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, values.size());
    int far = 0;
    for (std::size_t k = begin; k < end; ++k) far += is_far(values[k]);
    if (far == 0) continue;
    note_columns(sample);
    for (std::size_t k = begin; k < end; ++k) {
      if (!is_far(values[k]) || values[k] == 0) continue;
      if (is_of_sample(indices[k])) continue;
      sampled_->has_others.store(true, std::memory_order_relaxed);
      return true;
    }
  }
  return false;
}

bool Scaling::is_of_sample(Index j) const noexcept {
  if (scales_.size() > 0) return j < scales_.size() && scales_[j] != 0;
  return j < sampled_->columns.size() && sampled_->columns[j];
}

void Scaling::meet(const Dataset& rows, const Dataset& sample) {
  if (!rows.all_ones() && needs_units(rows.indices(), rows.values(), sample)) {
    meet(rows.indices(), rows.values(), sample.features().has_columns());
  }
}

void Scaling::scale(RowBatch& batch, const Dataset& sample) {
  const std::span<const float> values(batch.values.data(),
                                      batch.all_ones ? 0 : batch.indices.size());
  if (needs_units(batch.indices, values, sample)) {
    meet(batch.indices, batch.values, sample.features().has_columns());
    scale_features(batch, false);
    batch.all_ones = false;
  }
  batch.has_weights = batch.has_weights || weight_ != 1;
  scale_labels(batch);
}

std::string Scaling::fingerprint() const {
  if (changes_nothing()) return {};
  XXH64_hash_t hash = XXH3_64bits(scales_.data(), scales_.size() * sizeof(float));
  hash ^= XXH3_64bits(offsets_.data(), offsets_.size() * sizeof(double));
  const std::array<double, 3> others{label_.offset, label_.scale, weight_};
  return fmt::format("{:016x}", hash ^ XXH3_64bits(others.data(), sizeof others));
}

}  // namespace hogwild
