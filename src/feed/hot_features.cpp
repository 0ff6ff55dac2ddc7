#include "feed/hot_features.hpp"

#include <algorithm>
#include <limits>

#include "parallel/zeroed_array.hpp"

namespace hogwild {

std::shared_ptr<const HotFeatures> HotFeatures::find(const Dataset& data) {
  const std::size_t features = data.features().size;
  if (data.rows() < kSampleRows) return nullptr;
  if (features + kMost >= std::numeric_limits<Index>::max()) return nullptr;

  const Offset stride = data.rows() / kSampleRows;
  const ZeroedArray<std::uint32_t> counts(features);
  std::vector<Index> seen;
  Offset rows = 0, nonzeros = 0;
  for (Offset i = 0; i < data.rows(); i += stride, ++rows) {
    for (const Index j : data.row(i).indices) {
      if (counts[j]++ == 0) seen.push_back(j);
      ++nonzeros;
    }
  }
  std::erase_if(seen, [&](Index j) { return counts[j] * kRowsPerTouch < rows; });
  std::ranges::sort(seen, [&](Index a, Index b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
  });

  std::shared_ptr<HotFeatures> hot(new HotFeatures());
  Offset hot_nonzeros = 0;
  for (const Index j : seen) {
    if (hot->size() == kMost) break;
    Spot& spot = hot->spots_[hash(j)];
    if (spot.feature != kNobody) continue;
    spot = {j, hot->size()};
    hot->features_.push_back(j);
    hot_nonzeros += counts[j];
  }
  const double share = static_cast<double>(hot_nonzeros) / static_cast<double>(nonzeros);
  return share >= kLeastShare ? hot : nullptr;
}

std::span<const SparseRow> HotFeatures::split(std::span<const SparseRow> rows,
                                              SplitRows& room) const {
  std::size_t nonzeros = 0, values = 0;
  for (const SparseRow& row : rows) {
    nonzeros += row.nonzeros();
    values += row.values.size();
  }
  if (room.indices.size() < nonzeros) room.indices.resize(nonzeros);
  if (values > 0 && room.values.size() < nonzeros) room.values.resize(nonzeros);
  room.rows.assign(rows.begin(), rows.end());
  std::size_t begin = 0;
  for (SparseRow& row : room.rows) {
    // Hot ones from the front, others from the back: each non-zero is written once.
    const std::size_t n = row.nonzeros();
    Index* const indices = room.indices.data() + begin;
    std::size_t front = 0, back = n;
    const auto put = [&](Index feature) {
      const Index place = this->place(feature);
      const bool is_hot = place < size();
      back -= !is_hot;
      const std::size_t at = is_hot ? front : back;
      front += is_hot;
      indices[at] = place;
      return at;
    };
    if (row.values.empty()) {
      for (std::size_t k = 0; k < n; ++k) put(row.indices[k]);
    } else {
      float* const to = room.values.data() + begin;
      for (std::size_t k = 0; k < n; ++k) to[put(row.indices[k])] = row.values[k];
      row.values = {to, n};
    }
    row.indices = {indices, n};
    begin += n;
  }
  return room.rows;
}

}  // namespace hogwild
