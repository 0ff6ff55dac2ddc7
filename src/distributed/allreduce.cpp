#include "distributed/allreduce.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <utility>
#include <vector>

#include "distributed/packet.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {
namespace {

struct Head {
  std::uint64_t rows = 0;
  std::uint64_t entries = 0;
  Pace pace;
  bool at_end = false;
  bool is_dense = false;
};

}  // namespace

Bytes RankPartners::packed(const BatchPart& part) const {
  const std::size_t each = sizeof(float) + (counts_rows_ ? sizeof(std::uint32_t) : 0);
  const bool is_dense = part.entries.size() * (sizeof(Index) + each) > coordinates_ * each;
  Bytes bytes;
  put(bytes, Head{part.rows, part.entries.size(), part.pace, part.at_end, is_dense});
  if (is_dense) {
    std::vector<float> gradients(coordinates_);
    std::vector<std::uint32_t> rows(counts_rows_ ? coordinates_ : 0);
    for (const BatchPart::Entry& entry : part.entries) {
      gradients[entry.coordinate] = entry.gradient;
      if (counts_rows_) rows[entry.coordinate] = entry.rows;
    }
    put_all(bytes, std::span<const float>(gradients));
    put_all(bytes, std::span<const std::uint32_t>(rows));
    return bytes;
  }
  for (const BatchPart::Entry& entry : part.entries) {
    put(bytes, entry.coordinate);
    put(bytes, entry.gradient);
    if (counts_rows_) put(bytes, entry.rows);
  }
  return bytes;
}

BatchPart RankPartners::unpacked(const Bytes& bytes) const {
  Unpacking packed(bytes);
  const auto head = packed.take<Head>();
  BatchPart part{head.rows, head.at_end, head.pace, {}};
  if (head.is_dense) {
    const auto gradients = packed.take_all<float>(coordinates_);
    const auto rows = packed.take_all<std::uint32_t>(counts_rows_ ? coordinates_ : 0);
    for (Index j = 0; j < coordinates_; ++j) {
      if (gradients[j] != 0) part.entries.push_back({j, gradients[j], counts_rows_ ? rows[j] : 1});
    }
    return part;
  }
  for (std::uint64_t i = 0; i < head.entries; ++i) {
    BatchPart::Entry& entry = part.entries.emplace_back();
    entry.coordinate = packed.take<Index>();
    entry.gradient = packed.take<float>();
    entry.rows = counts_rows_ ? packed.take<std::uint32_t>() : 1;
  }
  return part;
}

std::vector<BatchPart> RankPartners::gather(const BatchPart& own) {
  std::vector<BatchPart> parts;
  for (const Bytes& bytes : world_.gather_all(packed(own))) parts.push_back(unpacked(bytes));
  return parts;
}

std::uint64_t part_of_batch(World& world, std::uint64_t batch, Offset own_rows) {
  const std::vector<Offset> rows = world.gather(own_rows);
  const Offset before = std::accumulate(rows.begin(), rows.begin() + world.rank(), Offset{0});
  const Offset all = std::accumulate(rows.begin(), rows.end(), Offset{0});
  if (all == 0) return 1;
  // The ranks' rows, one after the other, cut the batch as they cut all rows.
  const auto cut = [&](Offset some) {
    const double share = static_cast<double>(some) / static_cast<double>(all);
    return static_cast<std::uint64_t>(std::llround(static_cast<double>(batch) * share));
  };
  return std::max<std::uint64_t>(1, cut(before + own_rows) - cut(before));
}

void plan_together(World& world, TrainPlan& plan, double own_weight) {
  DescentPlan& descent = plan.descent;
  if (!descent.penalty.active()) return;
  Bytes own;
  put(own, descent.penalty);
  put(own, own_weight);
  const std::size_t features = descent.penalty_scale ? descent.features : 0;
  for (std::size_t j = 0; j < features; ++j) {
    const float scale = descent.penalty_scale[static_cast<std::ptrdiff_t>(j)];
    put(own, scale > 0 ? static_cast<float>(own_weight / static_cast<double>(scale)) : 0.0f);
  }
  double weight = 0;
  std::vector<double> degrees(features);
  bool is_first = true;
  for (const Bytes& part : world.gather_all(own)) {
    Unpacking of_rank(part);
    const auto penalty = of_rank.take<Penalty>();
    if (std::exchange(is_first, false)) descent.penalty = penalty;
    weight += of_rank.take<double>();
    for (double& degree : degrees) degree += static_cast<double>(of_rank.take<float>());
  }
  if (features == 0) return;
  const auto scale = shared_zeroed_array<float>(features + 1);
  for (std::size_t j = 0; j < features; ++j) {
    if (degrees[j] > 0)
      scale[static_cast<std::ptrdiff_t>(j)] = static_cast<float>(weight / degrees[j]);
  }
  descent.penalty_scale = scale;
}

}  // namespace hogwild
