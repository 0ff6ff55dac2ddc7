#include "data/row_batch.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>

namespace hogwild {

std::optional<Index> RowBatch::end_row(float label, float weight, Duplicates duplicates) {
  const auto begin = static_cast<std::ptrdiff_t>(offsets.back());
  if (std::adjacent_find(indices.begin() + begin, indices.end(), std::greater_equal<>{}) !=
      indices.end()) {
    sorting_.clear();
    for (std::size_t k = offsets.back(); k < indices.size(); ++k) {
      sorting_.emplace_back(indices[k], values[k]);
    }
    // Stable, so that adding up duplicates rounds the same way everywhere.
    std::ranges::stable_sort(sorting_, {}, &std::pair<Index, float>::first);
    if (duplicates == Duplicates::refuse) {
      const auto twice = std::ranges::adjacent_find(sorting_, {}, &std::pair<Index, float>::first);
      if (twice != sorting_.end()) return twice->first;
    }
    std::size_t out = offsets.back();
    for (std::size_t k = 0; k < sorting_.size(); ++k, ++out) {
      indices[out] = sorting_[k].first;
      values[out] = sorting_[k].second;
      while (k + 1 < sorting_.size() && sorting_[k + 1].first == indices[out]) {
        values[out] += sorting_[++k].second;
      }
    }
    indices.resize(out);
    values.resize(out);
  }
  for (std::size_t k = offsets.back(); k < values.size(); ++k) all_ones &= values[k] == 1;
  if (weight != 1 && weights.empty()) weights.resize(labels.size(), 1.0f);
  if (weight != 1 || !weights.empty()) weights.push_back(weight);
  labels.push_back(label);
  offsets.push_back(indices.size());
  return std::nullopt;
}

void RowBatch::note_label(float label, std::uint64_t line, std::uint64_t column) {
  const auto bits = std::bit_cast<std::uint32_t>(label);
  for (const LabelSpot& spot : label_spots) {
    if (std::bit_cast<std::uint32_t>(spot.label) == bits) return;
  }
  if (label_spots.size() < 8) label_spots.push_back({label, line, column});
}

}  // namespace hogwild
