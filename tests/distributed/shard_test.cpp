#include "distributed/shard.hpp"

#include <gtest/gtest.h>

#include <map>

#include "hogwild/update/update_rule.hpp"

namespace hogwild {
namespace {

TEST(Partition, EveryCoordinateHasTheServerWhoseRangeItIsIn) {
  const Partition partition{{4, 5, 6}, {0, 10, 10, 30}};  // the second server has none
  for (Index j = 0; j < 30; ++j) {
    const std::size_t s = partition.server_of(j);
    EXPECT_GE(j, partition.begins[s]);
    EXPECT_LT(j, partition.begins[s + 1]);
  }
}

TEST(Shard, StepsACoordinateAsItsRuleDoes) {
  const Adagrad rule;
  Shard<Adagrad> shard(rule, {}, 100, 110);
  Adagrad::State expected{};
  const Pace pace{.rate = 0.1f};
  for (const float gradient : {0.5f, -0.25f, 2.0f}) {
    expected = rule.step(expected, gradient, Step<NoPenalty>{.rate = 0.1f});
    shard.step({.coordinate = 103, .gradient = gradient}, pace);
  }
  std::map<Index, float> weights;
  shard.for_each_weight(pace, [&](Index j, float weight) { weights[j] = weight; });
  EXPECT_EQ(weights, (std::map<Index, float>{{103, expected.weight}}));
  EXPECT_EQ(shard.state(103).squares, expected.squares);
}

TEST(Shard, MakesAmendsForWhatCameBetween) {
  // Two gradients taken at the same weights, pushed one after the other: by the paper's algorithm
  // the second one's step is shortened, and the first one's with it.
  const AdaptiveRevision rule;
  Shard<AdaptiveRevision> shard(rule, {}, 0, 1);
  const Pace pace{.rate = 0.1f};
  shard.step({0, 1.0f, 0.0}, pace);
  shard.step({0, 1.0f, 0.0}, pace);  // it has not seen the first
  const double eta_old = 0.1 / std::sqrt(1 + 1.0), eta = 0.1 / std::sqrt(1 + 1 + 1 + 2 * 1.0);
  const double expected = -eta_old - eta + (eta_old - eta);
  EXPECT_NEAR(shard.state(0).weight, expected, 1e-6);
  EXPECT_EQ(shard.state(0).sum, 2.0);
}

}  // namespace
}  // namespace hogwild
