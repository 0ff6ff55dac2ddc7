#include "data/hot_features.hpp"

#include <tbb/parallel_sort.h>

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace hogwild {

HotFeatures::HotFeatures(const Dataset& data) : slots_(std::size_t{1} << kSlotBits) {
  const Offset stride = Hotness::stride(data);
  std::vector<Index> touched;  // a feature as often as a row of the sample has it
  Offset rows = 0;
  for (Offset i = 0; i < data.rows(); i += stride, ++rows) {
    const std::span<const Index> indices = data.row(i).indices;
    touched.insert(touched.end(), indices.begin(), indices.end());
  }
  tbb::parallel_sort(touched.begin(), touched.end());
  std::vector<std::pair<Offset, Index>> hot;  // times in the sample, feature
  for (auto at = touched.begin(); at != touched.end();) {
    const auto end = std::upper_bound(at, touched.end(), *at);
    const auto times = static_cast<Offset>(end - at);
    if (times * Hotness::kRowsPerTouch >= rows) hot.emplace_back(times, *at);
    at = end;
  }
  std::ranges::sort(hot, [](const auto& a, const auto& b) {
    return a.first != b.first ? a.first > b.first : a.second < b.second;
  });
  Offset of_hot = 0;
  for (const auto& [times, feature] : hot) {
    if (size_ < Hotness::kMost && add(feature)) of_hot += times;
  }
  const bool numbered = std::uint64_t{data.features().size} + size_ <= kMaxIndex;
  if (!numbered ||
      static_cast<double>(of_hot) < Hotness::kLeastShare * static_cast<double>(touched.size())) {
    size_ = 0;
  }
}

HotFeatures::HotFeatures(std::span<const Index> features) : slots_(std::size_t{1} << kSlotBits) {
  for (const Index j : features) {
    if (size_ < Hotness::kMost) add(j);
  }
}

std::vector<Index> HotFeatures::features() const {
  std::vector<Index> features(size_);
  for (const Slot& slot : slots_) {
    if (slot.feature != kNone) features[slot.number] = slot.feature;
  }
  return features;
}

bool HotFeatures::add(Index j) {
  Slot& slot = slots_[place_of(j)];
  if (slot.feature != kNone) return false;
  slot = {j, size_++};
  return true;
}

FeatureSpace HotFeatures::first_in(const FeatureSpace& plain) const {
  auto ranking = std::make_shared<Ranking>();
  const std::vector<Index> first = features();
  ranking->size = std::max(plain.size, *std::ranges::max_element(first) + 1);
  ranking->features.assign(first.begin(), first.end());
  FeatureSpace space = plain;
  space.size = ranking->size + size_;
  space.ranking = std::move(ranking);
  return space;
}

}  // namespace hogwild
