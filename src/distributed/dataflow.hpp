// The partitioned graph over ranks: each has some of the features of all rows.
#pragma once

#include <memory>
#include <string>

#include "distributed/share.hpp"
#include "distributed/world.hpp"
#include "hogwild/data/dataset.hpp"
#include "learn/descent.hpp"

namespace hogwild {

/// All ranks' rows, in the order of the ranks, with the features of this rank's ranges alone. Each
/// rank sends every other one what is the other's. To be called by all ranks.
Dataset columns_of_all(World& world, const Dataset& own, const Partition& partition);

/// The training step as a graph on devices, of which each rank has so many, each one of its
/// features' ranges. REQUIRES: the partition has a range for each rank, and the plan one worker.
class Dataflow final : public Descent {
 public:
  /// All ranks make one at once, and none is destroyed before all have done with it.
  Dataflow(World& world, const DescentPlan& plan, const Partition& partition, int devices_a_rank);
  ~Dataflow() override;

  LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) override;
  /// The first rank tells all with the next block's slopes, and all end after that block.
  bool ends(bool asked) override;
  void settle(int /*worker*/) override {}
  float weight(Index coordinate, Pace now) const override;
  void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const override;
  void start(Index coordinate, float weight) override;

  /// The step in the DOT language, before it is cut and after.
  std::string graph_as_dot() const;
  std::string cut_graph_as_dot() const;

 private:
  class Wire;
  struct Parts;
  World& world_;
  std::unique_ptr<Parts> parts_;
};

}  // namespace hogwild
