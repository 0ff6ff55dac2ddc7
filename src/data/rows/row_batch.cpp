#include "data/rows/row_batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <utility>

#include "data/rows/row_sort.hpp"

namespace hogwild {

std::optional<Fault> RowBatch::end_row(const char* at, float label, float weight,
                                       Duplicates duplicates, bool any_order) {
  if (auto fault = end_row_at(indices.size(), at, label, weight, duplicates, any_order))
    return fault;
  indices.resize(offsets.back());
  values.resize(offsets.back());
  return std::nullopt;
}

std::optional<Fault> RowBatch::end_row_at(std::size_t end, const char* at, float label,
                                          float weight, Duplicates duplicates, bool any_order) {
  const std::size_t begin = offsets.back();
  const std::span<Index> row_indices(indices.data() + begin, end - begin);
  const std::span<float> row_values(values.data() + begin, end - begin);
  bool ascending = true;
  for (std::size_t k = 1; k < row_indices.size(); ++k) {
    ascending &= row_indices[k - 1] < row_indices[k];
  }
  if (!ascending && (!any_order || occurs_twice(row_indices))) {
    keys_.resize(row_indices.size());
    drawers_.resize(row_indices.size());
    // By the place as well, so that adding up duplicates rounds the same way everywhere.
    for (std::size_t k = 0; k < keys_.size(); ++k)
      keys_[k] = std::uint64_t{row_indices[k]} << 32 | k;
    sort_keys(keys_, drawers_);
    const auto index = [this](std::size_t k) { return static_cast<Index>(keys_[k] >> 32); };
    bool twice = false;
    for (std::size_t k = 1; k < keys_.size(); ++k) twice |= index(k - 1) == index(k);
    unsorted_.assign(row_values.begin(), row_values.end());
    if (!twice) {
      for (std::size_t k = 0; k < keys_.size(); ++k) {
        row_indices[k] = index(k);
        row_values[k] = unsorted_[static_cast<std::uint32_t>(keys_[k])];
      }
    } else {
      std::size_t out = 0;
      for (std::size_t k = 0; k < keys_.size(); ++k) {
        const float value = unsorted_[static_cast<std::uint32_t>(keys_[k])];
        if (k > 0 && index(k) == index(k - 1)) {
          if (duplicates == Duplicates::refuse) {
            return Fault{at, fmt::format("feature {} occurs twice in the row", index(k)),
                         "keep one of them, or use --duplicates sum to add the values"};
          }
          row_values[out - 1] += value;
          continue;
        }
        row_indices[out] = index(k);
        row_values[out] = value;
        ++out;
      }
      end = begin + out;
    }
  }
  bool ones = true, finite = true;
  for (std::size_t k = begin; k < end; ++k) {
    ones &= values[k] == 1;
    finite &= std::isfinite(values[k]);
  }
  if (!finite) {  // each number was; their sum or product is not
    return Fault{at, "a sum or a product of values is too large for a float",
                 "scale the values down"};
  }
  all_ones &= ones;
  has_zero_index |= end > begin && indices[begin] == 0;
  unknown_features += std::exchange(unknown_in_row_, 0);
  if (weight != 1 && !has_weights) weights.assign(labels.size(), 1.0f);
  has_weights |= weight != 1;
  if (has_weights) weights.push_back(weight);
  labels.push_back(label);
  offsets.push_back(end);
  return std::nullopt;
}

void RowBatch::keep_known(const FeatureNumbers& hashes, bool any_order) {
  indices.resize(offsets.back());
  const bool sorts = !any_order && !hashes.ascending();
  if (hashes.find(indices) && !sorts) return;
  std::size_t begin = 0, out = 0;
  for (std::size_t i = 0; i < rows(); ++i) {
    const std::size_t end = offsets[i + 1], first = out;
    for (std::size_t k = begin; k < end; ++k) {
      indices[out] = indices[k];
      values[out] = values[k];
      out += indices[k] != FeatureNumbers::kNone ? 1 : 0;
    }
    begin = end;
    offsets[i + 1] = out;
    if (sorts) sort_features(first, out);
  }
  indices.resize(out);
  values.resize(out);
}

// Of a row, from one position to another.
void RowBatch::sort_features(std::size_t begin, std::size_t end) {
  keys_.clear();
  for (std::size_t k = begin; k < end; ++k) keys_.push_back(std::uint64_t{indices[k]} << 32 | k);
  drawers_.resize(keys_.size());
  sort_keys(keys_, drawers_);
  unsorted_.assign(values.begin() + static_cast<std::ptrdiff_t>(begin),
                   values.begin() + static_cast<std::ptrdiff_t>(end));
  for (std::size_t k = begin; k < end; ++k) {
    const std::uint64_t key = keys_[k - begin];
    indices[k] = static_cast<Index>(key >> 32);
    values[k] = unsorted_[static_cast<std::uint32_t>(key) - begin];
  }
}

// Looks for a feature among those before it only where one of them fell in the same slot. Of rows
// so long that most do, says yes: sorting is cheaper.
bool RowBatch::occurs_twice(std::span<const Index> features) {
  constexpr std::size_t kSlots = 2048;  // 8 KiB, in L1
  if (features.size() > kSlots / 4) return true;
  if (++looked_at_ == 0 || slots_.empty()) {
    slots_.assign(kSlots, 0);
    looked_at_ = 1;
  }
  for (std::size_t k = 0; k < features.size(); ++k) {
    std::uint32_t& slot = slots_[features[k] % kSlots];
    if (std::exchange(slot, looked_at_) == looked_at_ &&
        std::ranges::find(features.first(k), features[k]) != features.begin() + k) {
      return true;
    }
  }
  return false;
}

void RowBatch::clear() {
  clear_rows();
  names.clear();
}

void RowBatch::clear_rows() {
  static_cast<ChunkNotes&>(*this) = {};
  offsets.resize(1);
  indices.clear();
  values.clear();
  labels.clear();
  weights.clear();
  class_names = {};
  class_places.clear();
  tags.clear();
  unknown_in_row_ = 0;
}

void RowBatch::note_label(float label, std::uint64_t line, std::uint64_t column) {
  if (!class_labels || label != label) {
    seen.note(label, [&] { return Place{{}, line, column}; });
  } else if (label < static_cast<float>(class_names.size())) {
    class_places.resize(class_names.size());
    Place& place = class_places[static_cast<std::size_t>(label)];
    if (place.line == 0) place = {{}, line, column};
  }
}

}  // namespace hogwild
