#include "distributed/share.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hogwild {

void put_row(Bytes& bytes, const SparseRow& row, Index begin, Index end, bool ones) {
  const auto position = [&](Index feature) {
    return static_cast<std::size_t>(std::ranges::lower_bound(row.indices, feature) -
                                    row.indices.begin());
  };
  const std::size_t first = position(begin), count = position(end) - first;
  put(bytes, row.label);
  put(bytes, row.weight);
  put(bytes, static_cast<std::uint32_t>(count));
  put_all(bytes, row.indices.subspan(first, count));
  for (std::size_t k = first; !ones && k < first + count; ++k) put(bytes, row.value(k));
}

Dataset rows_in(std::span<const Bytes> parts, const Dataset& like, bool ones) {
  Dataset::Arrays arrays;
  bool weighted = false;
  for (const Bytes& part : parts) {
    for (Unpacking rows(part); rows.left() > 0;) {
      arrays.labels.push_back(rows.take<float>());
      const auto weight = rows.take<float>();
      arrays.weights.push_back(weight);
      weighted = weighted || weight != 1;
      const auto count = rows.take<std::uint32_t>();
      for (std::uint32_t k = 0; k < count; ++k) arrays.indices.push_back(rows.take<Index>());
      for (std::uint32_t k = 0; !ones && k < count; ++k) {
        arrays.values.push_back(rows.take<float>());
      }
      arrays.offsets.push_back(arrays.indices.size());
    }
  }
  if (!weighted) arrays.weights = {};
  return Dataset(std::move(arrays), like.features(), like.source(), like.seen_labels(),
                 like.classes());
}

bool all_ones(World& world, const Dataset& own) {
  return std::ranges::count(world.gather(own.all_ones()), false) == 0;
}

Dataset sample_of_all(World& world, const Dataset& own, std::uint64_t bytes) {
  const bool ones = all_ones(world, own);
  Offset rows = 0, nonzeros = 0;
  for (const auto& of_rank : world.gather(std::array{own.rows(), own.nonzeros()})) {
    rows += of_rank[0];
    nonzeros += of_rank[1];
  }
  const std::uint64_t all = 12 * rows + (ones ? 4 : 8) * nonzeros;
  const Offset stride = all / bytes + 1;
  Bytes some;
  for (Offset i = 0; i < own.rows(); i += stride) {
    put_row(some, own.row(i), 0, own.features().size, ones);
  }
  std::vector<Bytes> parts = world.gather_all(some);
  if (!world.is_first()) parts.clear();
  return rows_in(parts, own, ones);
}

}  // namespace hogwild
