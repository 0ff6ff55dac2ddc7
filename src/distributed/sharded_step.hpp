// A linear model's training step as a graph: features shared out over devices.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "distributed/feature_shard.hpp"
#include "distributed/graph.hpp"
#include "hogwild/data/row.hpp"
#include "learn/descent.hpp"
#include "learn/loss_sum.hpp"

namespace hogwild {

/// Every shard takes the margins of a batch over its features; the first device adds them up, takes
/// the loss's slopes, steps the bias, and every shard steps its features by the slopes:
///   margins k (device of k) -> margins (device 0) -> slopes (device 0) -> step k (device of k)
/// Two tensors of [rows] numbers pass each device but the first: 16 bytes a row, whatever the
/// features. With the slopes goes a number that says whether the first device asks all to end. The
/// margins are added in the order of the shards, so what a step gives depends on the shards and not
/// on the devices that they are placed on.
class ShardedStep {
 public:
  /// begins: shard k has the features from begins[k] to below begins[k + 1], [shards + 1]. devices:
  /// of each shard, [shards], ascending from 0. Only shards on devices from first to below end are
  /// made, and the bias where device 0 is.
  ShardedStep(const DescentPlan& plan, std::vector<Index> begins, std::vector<int> devices,
              int first, int end);

  const Graph& graph() const noexcept { return graph_; }

  /// The batch that the graph's next run learns; rows hold the features of the shards made here.
  /// asks_to_end is of the first device.
  void take(std::span<const SparseRow> rows, const Pace& pace, bool asks_to_end = false);

  /// Whether the first device asked to end in the last run.
  bool is_asked_to_end() const noexcept {
    return asked_.load(std::memory_order_relaxed);  // the run's end is what synchronises
  }

  /// Of the last run, on device 0; elsewhere nothing.
  LossSum loss() const noexcept { return loss_; }

  /// f(coordinate, weight) of what is not zero in the shards made here, the bias at `features`.
  void for_each_weight(const Pace& now, const std::function<void(Index, float)>& f) const;

  void start(Index coordinate, float weight);

 private:
  void add_operations(const std::vector<int>& devices);
  Tensor slopes_of(const Tensor& margins);

  DescentPlan plan_;
  Coordinates at_;
  std::vector<Index> begins_;
  // [shards] and the bias, null where made elsewhere
  std::vector<std::unique_ptr<FeatureShard>> shards_;
  Graph graph_;
  std::span<const SparseRow> rows_;
  Pace pace_;
  bool asks_to_end_ = false;
  std::atomic<bool> asked_{false};  // written by every shard, all the same
  LossSum loss_;
};

}  // namespace hogwild
