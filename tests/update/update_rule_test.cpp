#include "hogwild/update/update_rule.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <vector>

#include "hogwild/core/random.hpp"
#include "support/typed.hpp"

namespace hogwild {
namespace {

template <class R>
class EveryRule : public testing::Test {};
TYPED_TEST_SUITE(EveryRule, test::TypesOf<AnyUpdateRule>);

TYPED_TEST(EveryRule, SatisfiesItsConcept) {
  static_assert(UpdateRule<TypeParam>);
}

TYPED_TEST(EveryRule, StartsAtZeroBits) {
  const typename TypeParam::State state{};
  unsigned char zeros[sizeof state] = {};
  EXPECT_EQ(std::memcmp(&state, zeros, sizeof state), 0);
}

TYPED_TEST(EveryRule, StepsAgainstTheGradient) {
  const TypeParam rule;
  EXPECT_LT(rule.step({}, 1.0f, Step<>{.rate = 0.1f}).weight, 0);
  EXPECT_GT(rule.step({}, -1.0f, Step<>{.rate = 0.1f}).weight, 0);
}

TYPED_TEST(EveryRule, ARestingCoordinateStaysWhereTheGradientIsZero) {
  const TypeParam rule;
  EXPECT_EQ(rule.step({}, 0.0f, Step<>{.rate = 0.1f}).weight, 0);
}

TYPED_TEST(EveryRule, FindsTheMinimumOfAParabola) {
  const TypeParam rule;
  typename TypeParam::State state{};
  // Adagrad's steps shrink by themselves; those of the others must be small from the start.
  const float rate = std::is_same_v<TypeParam, Adagrad> ? 0.3f : 0.01f;
  for (int t = 0; t < 20'000; ++t) {
    state = rule.step(state, state.weight - 3, Step<>{.rate = rate});
  }
  EXPECT_NEAR(state.weight, 3, 2e-2);
}

TYPED_TEST(EveryRule, MergesItsOwnStepsExactlyWhenAlone) {
  const TypeParam rule;
  const auto before = rule.step({}, 0.3f, Step<>{.rate = 0.1f});
  const auto after = rule.step(before, -0.9f, Step<>{.rate = 0.1f});
  const auto merged = rule.merge(before, before, after);
  EXPECT_EQ(std::memcmp(&merged, &after, sizeof after), 0);
}

TYPED_TEST(EveryRule, MergesTheStepsOfTwo) {
  const TypeParam rule;
  const typename TypeParam::State before{};
  const auto mine = rule.step(before, 0.5f, Step<>{.rate = 0.1f});
  const auto theirs = rule.step(before, 0.25f, Step<>{.rate = 0.1f});
  EXPECT_FLOAT_EQ(rule.merge(theirs, before, mine).weight, mine.weight + theirs.weight);
}

TEST(Adam, TakesAFirstStepOfItsRateWhateverTheGradient) {
  for (const float g : {1e-3f, 0.1f, 5.0f}) {
    EXPECT_NEAR((Adam{}.step({}, g, Step<>{.rate = 0.01f}).weight), -0.01f, 1e-6f);
  }
}

TEST(Nesterov, LooksAheadByItsVelocity) {
  EXPECT_FLOAT_EQ((Nesterov{.gamma = 0.5f}.lookahead({2, 0.6f})), 1.7f);
}

// min over w of (w - 1)^2 / 2 + 0.3 |w| is at 0.7; were the penalty outside of the velocity, at
// 0.97.
TEST(Momentum, KeepsThePenaltyAtItsFullStrength) {
  Momentum::State momentum;
  Nesterov::State nesterov;
  const Step<Penalty> step{.rate = 0.01f, .share = 1, .penalty = {0.3f, 0}};
  for (int t = 0; t < 5000; ++t) {
    momentum = Momentum{}.step(momentum, momentum.weight - 1, step);
    nesterov = Nesterov{}.step(nesterov, Nesterov{}.lookahead(nesterov) - 1, step);
  }
  EXPECT_NEAR(momentum.weight, 0.7f, 1e-3f);
  EXPECT_NEAR(nesterov.weight, 0.7f, 1e-3f);
}

TEST(Adagrad, ReadsASumOfOneThreadAsThatOfAll) {
  const Adagrad::State whole{1.0f, 8.0f}, half{1.0f, 4.0f};
  const float g = 1e-3f;  // small beside the sums
  EXPECT_NEAR((Adagrad{}.step(half, g, Step<>{.rate = 1, .share = 2}).weight),
              (Adagrad{}.step(whole, g, Step<>{.rate = 1}).weight), 1e-7);
}

}  // namespace
}  // namespace hogwild
