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

TYPED_TEST(EveryRule, StaysWhereTheGradientIsZero) {
  const TypeParam rule;
  const auto moved = rule.step({}, 0.7f, Step<>{.rate = 0.1f});
  EXPECT_EQ(rule.step(moved, 0.0f, Step<>{.rate = 0.1f}).weight, moved.weight);
}

TYPED_TEST(EveryRule, FindsTheMinimumOfAParabola) {
  const TypeParam rule;
  typename TypeParam::State state{};
  for (int t = 0; t < 2000; ++t) {
    state = rule.step(state, state.weight - 3, Step<>{.rate = 0.2f});
  }
  EXPECT_NEAR(state.weight, 3, 1e-2);
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

TEST(Sgd, IsTheTextbookRule) {
  const Sgd::State state = Sgd{}.step({2.0f}, 3.0f, Step<>{.rate = 0.1f});
  EXPECT_FLOAT_EQ(state.weight, 1.7f);
}

TEST(Adagrad, IsTheTextbookRule) {
  Adagrad::State state;
  double w = 0, sum = 0;
  Random random(3);
  for (int t = 0; t < 50; ++t) {
    const double g = random.normal();
    state = Adagrad{}.step(state, static_cast<float>(g), Step<>{.rate = 0.3f});
    sum += g * g;
    w -= 0.3 * g / std::sqrt(sum + 1e-8);
  }
  EXPECT_NEAR(state.weight, w, 1e-4 * std::abs(w));
}

TEST(Adagrad, ReadsASumOfOneThreadAsThatOfAll) {
  const Adagrad::State whole{1.0f, 8.0f}, half{1.0f, 4.0f};
  const float g = 1e-3f;  // small beside the sums
  EXPECT_NEAR((Adagrad{}.step(half, g, Step<>{.rate = 1, .share = 2}).weight),
              (Adagrad{}.step(whole, g, Step<>{.rate = 1}).weight), 1e-7);
}

}  // namespace
}  // namespace hogwild
