#include "distributed/coupling.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/update/update_rule.hpp"

namespace hogwild {
namespace {

std::unique_ptr<LocalDescent> replica_by(const AnyUpdateRule& rule) {
  DescentPlan plan;
  plan.features = 10;
  plan.bias = false;
  plan.loss = Logistic{};
  plan.rule = rule;
  return make_descent(plan);
}

void learn(LocalDescent& replica, Index feature, int times) {
  const std::vector<Index> indices{feature};
  const std::vector<SparseRow> rows(static_cast<std::size_t>(times), {indices, {}, 1, 1});
  replica.learn(0, rows, {.rate = 0.1f});
}

TEST(Merge, BringsWholeWhatOneReplicaAloneHasLearnt) {
  for_each_alternative<AnyUpdateRule>([](auto rule) {
    using Rule = decltype(rule);
    if constexpr (!has_outcome<Rule>) {
      const auto replica = replica_by(rule), alone = replica_by(rule);
      Merge<Rule> merge(rule, 10);
      typename Rule::State centre{};
      for (int exchange = 0; exchange < 5; ++exchange) {
        learn(*replica, 3, 4);
        learn(*alone, 3, 4);
        const auto push = merge.exchange(*replica, 3, centre);
        ASSERT_TRUE(push.has_value()) << Rule::kName;
        centre = merge.centre().step(centre, push->gradient, push->seen, Step<>{});
        EXPECT_EQ(centre.weight, alone->weight(3, {})) << Rule::kName;
        EXPECT_EQ(replica->weight(3, {}), alone->weight(3, {})) << Rule::kName;
      }
    }
  });
}

TEST(Merge, TakesWhatOthersHaveBroughtWhereNothingIsLearnt) {
  const auto replica = replica_by(Adagrad{});
  Merge<Adagrad> merge(Adagrad{}, 10);
  EXPECT_FALSE(merge.exchange(*replica, 2, {0.5f, 3}).has_value());
  EXPECT_EQ(replica->weight(2, {}), 0.5f);
}

TEST(Merge, AddsUpTheStepsOfTwo) {
  const auto a = replica_by(Sgd{}), b = replica_by(Sgd{});
  Merge<Sgd> merge_a(Sgd{}, 10), merge_b(Sgd{}, 10);
  learn(*a, 1, 3);
  learn(*b, 1, 2);
  const float by_a = a->weight(1, {}), by_b = b->weight(1, {});
  Sgd::State centre{};
  for (const auto& push : {merge_a.exchange(*a, 1, centre), merge_b.exchange(*b, 1, centre)}) {
    centre = merge_a.centre().step(centre, 0, push->seen, Step<>{});
  }
  EXPECT_FLOAT_EQ(centre.weight, by_a + by_b);
  EXPECT_FALSE(merge_a.exchange(*a, 1, centre).has_value());
  EXPECT_EQ(a->weight(1, {}), centre.weight);
}

TEST(Force, MovesBothSidesByAPartOfTheirDistance) {
  const auto replica = replica_by(Sgd{});
  replica->start(1, 1.0f);
  const auto push = Force(0.25f, true).exchange(*replica, 1, {0.2f});
  ASSERT_TRUE(push.has_value());
  EXPECT_FLOAT_EQ(replica->weight(1, {}), 0.8f);
  EXPECT_FLOAT_EQ(Sgd{}.step({0.2f}, push->gradient, Step<>{.rate = 1}).weight, 0.4f);
}

}  // namespace
}  // namespace hogwild
