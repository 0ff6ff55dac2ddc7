// The parameters dealt out to servers.
#include <algorithm>
#include <numeric>

#include "distributed/shard.hpp"

namespace hogwild {
namespace {

constexpr std::size_t kBuckets = 4096;  // of features side by side
constexpr Offset kSampleRows = 50'000;  // that are counted on each rank

}  // namespace

Partition partition_by_use(World& world, const Dataset& data, int servers) {
  const std::uint64_t coordinates = std::uint64_t{data.features().size} + 1;
  const std::uint64_t width = (coordinates + kBuckets - 1) / kBuckets;
  std::vector<std::uint64_t> uses(kBuckets);
  const Offset stride = std::max<Offset>(1, data.rows() / kSampleRows);
  for (Offset i = 0; i < data.rows(); i += stride) {
    for (const Index j : data.row(i).indices) uses[j / width] += stride;
  }
  Bytes own;
  put_all(own, std::span<const std::uint64_t>(uses));
  std::ranges::fill(uses, 1);  // coordinates that nobody uses are memory all the same
  for (const Bytes& part : world.gather_all(own)) {
    const auto of_rank = Unpacking(part).take_all<std::uint64_t>(kBuckets);
    for (std::size_t b = 0; b < kBuckets; ++b) uses[b] += of_rank[b];
  }
  const int serving = servers == 0 ? world.size() : servers;
  Partition partition;
  for (int s = 0; s < serving; ++s) partition.ranks.push_back(world.size() - serving + s);
  const std::uint64_t all = std::accumulate(uses.begin(), uses.end(), std::uint64_t{0});
  partition.begins.push_back(0);
  std::uint64_t before = 0;
  for (std::size_t b = 0; b < kBuckets; ++b) {
    while (before * static_cast<std::uint64_t>(serving) >= all * partition.begins.size() &&
           partition.begins.size() < static_cast<std::size_t>(serving)) {
      partition.begins.push_back(static_cast<Index>(std::min(b * width, coordinates)));
    }
    before += uses[b];
  }
  partition.begins.resize(static_cast<std::size_t>(serving), static_cast<Index>(coordinates));
  partition.begins.push_back(static_cast<Index>(coordinates));
  return partition;
}

}  // namespace hogwild
