#include "data/rows/named_feature.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "data/rows/row_sort.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/ranking.hpp"

namespace hogwild {
namespace {

constexpr Index kUnknown = 0xffffffff;

std::string how_called(const FeatureSpace& space) {
  if (space.hash_bits != 0) return fmt::format("hashed to {} bits", space.hash_bits);
  return space.names ? "called by name" : "called by number";
}

void require_same_naming(const Dataset& data, const FeatureSpace& space) {
  const FeatureSpace& from = data.features();
  // A model of no data file takes any numbers.
  const bool same = from.hash_bits == space.hash_bits && !from.names == !space.names;
  if (same || (space.format.empty() && !space.names && !from.names)) return;
  throw DataError(data.source().name(),
                  fmt::format("its features are {}, and those of the model {}", how_called(from),
                              how_called(space)),
                  "read the text that it was made from");
}

}  // namespace

std::optional<Index> same_feature(const FeatureSpace& space, const FeatureSpace& from,
                                  Index plain) {
  if (space.names) return from.names ? space.names->find((*from.names)[plain]) : std::nullopt;
  if (from.names) return std::nullopt;
  const std::int64_t number = std::int64_t{plain} + from.index_base - space.index_base;
  if (number < 0 || number >= std::int64_t{space.size}) return std::nullopt;
  return static_cast<Index>(number);
}

Dataset in_space(const Dataset& data, const FeatureSpace& space) {
  require_same_naming(data, space);
  const FeatureSpace& from = data.features();
  std::vector<Index> numbers(from.size);
  bool knows_all = true, same = true;
  for (Index j = 0; j < from.size; ++j) {
    const Index plain = from.plain(j);
    numbers[j] = same_feature(space, from, plain).value_or(kUnknown);
    knows_all &= numbers[j] != kUnknown;
    same &= numbers[j] == plain;
  }
  // The usual case, on all threads.
  if (knows_all && same && from.plain().size == space.size) return unranked(data);

  Dataset::Arrays arrays;
  Source source = data.source();
  std::vector<std::uint64_t> keys, room;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    keys.clear();
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      const Index number = numbers[row.indices[k]];
      if (number == kUnknown) {
        ++source.unknown_features;
      } else {
        keys.push_back(std::uint64_t{number} << 32 | k);
      }
    }
    room.resize(keys.size());
    sort_keys(keys, room);
    for (const std::uint64_t key : keys) {
      arrays.indices.push_back(static_cast<Index>(key >> 32));
      if (!data.all_ones()) arrays.values.push_back(row.value(static_cast<std::uint32_t>(key)));
    }
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(row.label);
    if (data.has_weights()) arrays.weights.push_back(row.weight);
  }
  return Dataset(std::move(arrays), space, std::move(source), data.seen_labels(), data.classes());
}

}  // namespace hogwild
