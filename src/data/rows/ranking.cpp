#include "hogwild/data/ranking.hpp"

#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_for.h>
#include <tbb/parallel_sort.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "data/rows/hot_features.hpp"
#include "data/rows/row_sort.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {
namespace {

constexpr Offset kGrain = 4096;  // rows

// How often some rows hold each feature.
struct Counts {
  explicit Counts(std::size_t features) : of(features) {}

  void add(Index j, std::uint32_t times) {
    if (of[j] == 0) seen.push_back(j);
    // A feature of more rows than can be counted is no less frequent for that.
    of[j] = of[j] + times < of[j] ? ~std::uint32_t{0} : of[j] + times;
  }

  ZeroedArray<std::uint32_t> of;  // [features]
  std::vector<Index> seen;        // each once; untouched counts take no memory
};

template <class Function>
void for_row_ranges(Offset rows, const Function& function) {
  tbb::parallel_for(tbb::blocked_range<Offset>(0, rows, kGrain),
                    [&](const auto& range) { function(range.begin(), range.end()); });
}

std::shared_ptr<const Ranking> rank_features(const Dataset& data) {
  const std::size_t features = data.features().size;
  tbb::enumerable_thread_specific<Counts> parts([&] { return Counts(features); });
  for_row_ranges(data.rows(), [&](Offset begin, Offset end) {
    Counts& counts = parts.local();
    for (Offset i = begin; i < end; ++i) {
      for (const Index j : data.row(i).indices) counts.add(j, 1);
    }
  });
  Counts all(0);
  for (Counts& part : parts) {
    if (all.of.size() == 0) {
      all = std::move(part);
      continue;
    }
    for (const Index j : part.seen) all.add(j, part.of[j]);
  }
  // By falling count, then by number.
  std::vector<std::uint64_t> keys;
  keys.reserve(all.seen.size());
  for (const Index j : all.seen) keys.push_back(std::uint64_t{~all.of[j]} << 32 | j);
  tbb::parallel_sort(keys.begin(), keys.end());
  auto ranking = std::make_shared<Ranking>();
  ranking->size = data.features().size;
  ranking->features.reserve(keys.size());
  for (const std::uint64_t key : keys) ranking->features.push_back(static_cast<Index>(key));
  return ranking;
}

// The same rows, feature j being called number_of(j), in a space that it is in.
template <class NumberOf>
Dataset renumbered(Dataset data, FeatureSpace space, const NumberOf& number_of) {
  Source source = data.source();
  SeenLabels seen = data.seen_labels();
  ClassNames classes = data.classes();
  Dataset::Arrays arrays = std::move(data).take_arrays();
  for_row_ranges(arrays.labels.size(), [&](Offset begin, Offset end) {
    std::vector<std::uint64_t> keys, room;  // of a row: number and place
    std::vector<float> values;
    for (Offset i = begin; i < end; ++i) {
      const Offset first = arrays.offsets[i], count = arrays.offsets[i + 1] - first;
      Index* const indices = arrays.indices.data() + first;
      keys.resize(count);
      room.resize(count);
      for (Offset k = 0; k < count; ++k) {
        keys[k] = std::uint64_t{number_of(indices[k])} << 32 | k;
      }
      sort_keys<LogarithmicDrawers>(keys, room);
      for (Offset k = 0; k < count; ++k) indices[k] = static_cast<Index>(keys[k] >> 32);
      if (arrays.values.empty()) continue;
      float* const own = arrays.values.data() + first;
      values.assign(own, own + count);
      for (Offset k = 0; k < count; ++k) own[k] = values[static_cast<std::uint32_t>(keys[k])];
    }
  });
  return Dataset(std::move(arrays), std::move(space), std::move(source), std::move(seen),
                 std::move(classes));
}

// The same rows, hot features standing before all others.
Dataset renumbered(Dataset data, FeatureSpace space, const HotFeatures& hot) {
  Source source = data.source();
  SeenLabels seen = data.seen_labels();
  ClassNames classes = data.classes();
  Dataset::Arrays arrays = std::move(data).take_arrays();
  const bool ones = arrays.values.empty();
  for_row_ranges(arrays.labels.size(), [&](Offset begin, Offset end) {
    struct Part {  // of a row
      std::vector<Index> numbers;
      std::vector<float> values;
    };
    Part first, rest;
    RankSet ranks;
    std::vector<float> value_of(ones ? 0 : hot.size());  // by rank
    for (Offset i = begin; i < end; ++i) {
      const Offset count = arrays.offsets[i + 1] - arrays.offsets[i];
      Index* indices = arrays.indices.data() + arrays.offsets[i];
      float* values = ones ? nullptr : arrays.values.data() + arrays.offsets[i];
      for (Part* part : {&first, &rest}) {
        part->numbers.resize(std::max(part->numbers.size(), count));
        if (!ones) part->values.resize(part->numbers.size());
      }
      // To the one or the other by no branch: it could not be predicted.
      std::size_t hot_ones = 0, others = 0;
      for (Offset k = 0; k < count; ++k) {
        const Index number = hot.number(indices[k]);
        const std::size_t is_hot = number < hot.size() ? 1 : 0;
        first.numbers[hot_ones] = rest.numbers[others] = number;
        if (!ones) first.values[hot_ones] = rest.values[others] = values[k];
        hot_ones += is_hot;
        others += 1 - is_hot;
      }
      for (std::size_t k = 0; k < hot_ones; ++k) {
        ranks.add(first.numbers[k]);
        if (!ones) value_of[first.numbers[k]] = first.values[k];
      }
      ranks.drain([&](std::size_t rank) {
        *indices++ = static_cast<Index>(rank);
        if (!ones) *values++ = value_of[rank];
      });
      std::copy_n(rest.numbers.begin(), others, indices);
      if (!ones) std::copy_n(rest.values.begin(), others, values);
    }
  });
  return Dataset(std::move(arrays), std::move(space), std::move(source), std::move(seen),
                 std::move(classes));
}

}  // namespace

Dataset hot_first(Dataset data) {
  if (data.features().ranking) return data;
  const std::vector<Index> hot = hot_features(data);
  return hot_first(std::move(data), hot);
}

Dataset hot_first(Dataset data, std::span<const Index> features) {
  const HotFeatures hot(features);
  if (hot.size() == 0) return data;
  data = unranked(std::move(data));
  FeatureSpace space = hot.first_in(data.features());
  return renumbered(std::move(data), std::move(space), hot);
}

std::vector<Index> hot_features(const Dataset& data) {
  if (!data.features().ranking) return HotFeatures(data).features();
  const auto& ranked = data.features().ranking->features;
  const std::size_t count = std::min<std::size_t>(ranked.size(), Hotness::kMost);
  return {ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(count)};
}

Dataset ranked(Dataset data) {
  const auto ranking = data.features().ranking;
  if (ranking && ranking->features.size() == data.features().size) return data;
  data = unranked(std::move(data));
  FeatureSpace space = data.features();
  space.ranking = rank_features(data);
  space.size = static_cast<Index>(space.ranking->features.size());
  const ZeroedArray<Index> ranks(data.features().size);
  for (Index rank = 0; rank < space.size; ++rank) ranks[space.ranking->features[rank]] = rank;
  return renumbered(std::move(data), std::move(space), [&](Index j) { return ranks[j]; });
}

Dataset unranked(Dataset data) {
  const auto ranking = data.features().ranking;
  if (!ranking) return data;
  FeatureSpace space = data.features().plain();
  return renumbered(std::move(data), std::move(space), [&](Index j) { return ranking->plain(j); });
}

}  // namespace hogwild
