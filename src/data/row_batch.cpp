#include "data/row_batch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <utility>

namespace hogwild {

std::optional<Fault> RowBatch::end_row(const char* at, float label, float weight,
                                       Duplicates duplicates) {
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
      if (twice != sorting_.end()) {
        return Fault{at, fmt::format("feature {} occurs twice in the row", twice->first),
                     "keep one of them, or pass --duplicates sum to add them up"};
      }
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
  bool ones = true;
  for (std::size_t k = offsets.back(); k < values.size(); ++k) {
    ones &= values[k] == 1;
    if (!std::isfinite(values[k])) {  // each number was; their sum or product is not
      return Fault{at, "a feature's value grows past the largest float", "scale the values down"};
    }
  }
  all_ones &= ones;
  has_zero_index |= indices.size() > offsets.back() && indices[offsets.back()] == 0;
  unknown_features += std::exchange(unknown_in_row_, 0);
  if (weight != 1 && !has_weights) weights.assign(labels.size(), 1.0f);
  has_weights |= weight != 1;
  if (has_weights) weights.push_back(weight);
  labels.push_back(label);
  offsets.push_back(indices.size());
  return std::nullopt;
}

void RowBatch::clear() {
  static_cast<ChunkNotes&>(*this) = {};
  offsets.resize(1);
  indices.clear();
  values.clear();
  labels.clear();
  weights.clear();
  names = {};
  class_names = {};
  unknown_in_row_ = 0;
}

void ChunkNotes::note_label(float label, std::uint64_t line, std::uint64_t column) {
  if (std::isnan(label)) {
    if (!unlabelled_spot) unlabelled_spot = {label, line, column};
    return;
  }
  for (const LabelSpot& spot : label_spots) {
    if (spot.label == label) return;
  }
  if (label_spots.size() < 3) label_spots.push_back({label, line, column});
}

}  // namespace hogwild
