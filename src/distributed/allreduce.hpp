// Synchronous mini-batches: every rank takes the gradient of its part of a batch, all add the parts
// up, and each makes the same step on its own copy of all parameters. The baseline that the
// asynchronous kinds are measured against (Chen, Monga, Bengio, Jozefowicz, "Revisiting distributed
// synchronous SGD", 2016, without backup workers).
#pragma once

#include "distributed/world.hpp"
#include "learn/descent.hpp"
#include "train/plan.hpp"

namespace hogwild {

/// The other ranks as partners in each batch. Parts travel as coordinate and gradient, or, where
/// that is shorter, as the gradients of all coordinates.
class RankPartners final : public BatchPartners {
 public:
  /// counts_rows: whether steps ask how many rows touch a coordinate, as a penalty does.
  RankPartners(World& world, std::size_t coordinates, bool counts_rows)
      : world_(world), coordinates_(coordinates), counts_rows_(counts_rows) {}

  std::vector<BatchPart> gather(const BatchPart& own) override;

 private:
  Bytes packed(const BatchPart& part) const;
  BatchPart unpacked(const Bytes& bytes) const;

  World& world_;
  std::size_t coordinates_;
  bool counts_rows_;
};

/// How many rows of a batch are this rank's: in proportion to its share of all rows, so that ranks
/// come to the end of an epoch together, and at least one. Else the last batches of an epoch have
/// rows of one rank alone. To be called by all ranks.
std::uint64_t part_of_batch(World& world, std::uint64_t batch, Offset own_rows);

/// Makes of a plan for this rank's rows one of a step that all ranks make: penalties go by how
/// often features are in the rows of all. To be called by all ranks.
void plan_together(World& world, TrainPlan& plan, double own_weight);

}  // namespace hogwild
