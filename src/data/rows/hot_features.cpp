#include "data/rows/hot_features.hpp"

#include <algorithm>
#include <boost/sort/spreadsort/integer_sort.hpp>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

namespace hogwild {

HotFeatures::HotFeatures(const Dataset& data) {
  const Offset stride = Hotness::stride(data);
  std::vector<Index> touched;  // a feature as often as a row of the sample has it
  Offset rows = 0;
  for (Offset i = 0; i < data.rows(); i += stride, ++rows) {
    const std::span<const Index> indices = data.row(i).indices;
    touched.insert(touched.end(), indices.begin(), indices.end());
  }
  boost::sort::spreadsort::integer_sort(touched.begin(), touched.end());
  // Times in the sample, of which the most come first, and the feature.
  std::vector<std::uint64_t> hot;
  constexpr std::uint64_t kMostTimes = ~std::uint32_t{0};
  for (auto at = touched.begin(); at != touched.end();) {
    const auto end = std::upper_bound(at, touched.end(), *at);
    const auto times = static_cast<std::uint64_t>(end - at);
    if (times * Hotness::kRowsPerTouch >= rows) hot.push_back((kMostTimes - times) << 32 | *at);
    at = end;
  }
  boost::sort::spreadsort::integer_sort(hot.begin(), hot.end());
  std::uint64_t of_hot = 0;
  for (const std::uint64_t one : hot) {
    if (add(static_cast<Index>(one))) of_hot += kMostTimes - (one >> 32);
  }
  const bool numbered = std::uint64_t{data.features().size} + size() <= kMaxIndex;
  if (!numbered ||
      static_cast<double>(of_hot) < Hotness::kLeastShare * static_cast<double>(touched.size())) {
    *this = HotFeatures(std::span<const Index>{});
  }
}

HotFeatures::HotFeatures(std::span<const Index> features) {
  for (const Index j : features) add(j);
}

bool HotFeatures::add(Index j) {
  const bool added = HotTable::add(j);
  if (added) features_.push_back(j);
  return added;
}

FeatureSpace HotFeatures::first_in(const FeatureSpace& plain) const {
  auto ranking = std::make_shared<Ranking>();
  ranking->size = std::max(plain.size, *std::ranges::max_element(features_) + 1);
  ranking->features.assign(features_.begin(), features_.end());
  FeatureSpace space = plain;
  space.size = ranking->size + size();
  space.ranking = std::move(ranking);
  return space;
}

}  // namespace hogwild
