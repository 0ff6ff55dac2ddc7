#include "data/hot_features.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "parallel/zeroed_array.hpp"

namespace hogwild {

HotFeatures::HotFeatures(const Dataset& data) {
  const Index features = data.features().size;
  const ZeroedArray<std::uint32_t> counts(features);
  std::vector<Index> seen;
  const Offset stride = std::max<Offset>(1, data.rows() / Hotness::kSampleRows);
  Offset rows = 0, nonzeros = 0, hot_nonzeros = 0;
  for (Offset i = 0; i < data.rows(); i += stride, ++rows) {
    const SparseRow row = data.row(i);
    nonzeros += row.nonzeros();
    for (const Index j : row.indices) {
      if (counts[j]++ == 0) seen.push_back(j);
    }
  }
  std::erase_if(seen, [&](Index j) { return counts[j] * Hotness::kRowsPerTouch < rows; });
  std::ranges::sort(seen, [&](Index a, Index b) {
    return counts[a] != counts[b] ? counts[a] > counts[b] : a < b;
  });
  if (seen.size() > Hotness::kMost) seen.resize(Hotness::kMost);
  for (const Index j : seen) hot_nonzeros += counts[j];
  if (static_cast<double>(hot_nonzeros) < Hotness::kLeastShare * static_cast<double>(nonzeros)) {
    return;
  }
  size_ = static_cast<Index>(seen.size());
  // First one more than the rank, and 0 for those that have none.
  numbers_.assign(features, 0);
  for (Index rank = 0; rank < size_; ++rank) numbers_[seen[rank]] = rank + 1;
  Index next = size_;
  for (Index& number : numbers_) {
    const bool hot = number != 0;
    number = hot ? number - 1 : next;
    next += hot ? 0 : 1;
  }
}

Array<Index> HotFeatures::plain() const {
  Array<Index> plain(numbers_.size());
  for (Index j = 0; j < numbers_.size(); ++j) plain[numbers_[j]] = j;
  return plain;
}

}  // namespace hogwild
