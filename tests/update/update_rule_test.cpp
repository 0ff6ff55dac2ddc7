#include "hogwild/update/update_rule.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
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
  const Step<> step{.rate = 0.1f};
  EXPECT_LT(outcome_of(rule, rule.step({}, 1.0f, step), step), 0);
  EXPECT_GT(outcome_of(rule, rule.step({}, -1.0f, step), step), 0);
}

TYPED_TEST(EveryRule, ARestingCoordinateStaysWhereTheGradientIsZero) {
  const TypeParam rule;
  const Step<> step{.rate = 0.1f};
  EXPECT_EQ(outcome_of(rule, rule.step({}, 0.0f, step), step), 0);
}

TYPED_TEST(EveryRule, FindsTheMinimumOfAParabola) {
  const TypeParam rule;
  typename TypeParam::State state{};
  // The steps of some shrink by themselves; those of the others must be small from the start.
  constexpr bool kShrinks = std::is_same_v<TypeParam, Adagrad> || std::is_same_v<TypeParam, Ftrl> ||
                            std::is_same_v<TypeParam, AdaptiveRevision> ||
                            std::is_same_v<TypeParam, NesterovAdagrad>;
  Step<> step{.rate = kShrinks ? 0.3f : 0.01f};
  for (; step.time < 20'000; ++step.time) {
    state = rule.step(state, outcome_of(rule, state, step) - 3, step);
  }
  EXPECT_NEAR(outcome_of(rule, state, step), 3, 2e-2);
}

TYPED_TEST(EveryRule, MergesItsOwnStepsExactlyWhenAlone) {
  const TypeParam rule;
  const auto before = rule.step({}, 0.3f, Step<>{.rate = 0.1f});
  const auto after = rule.step(before, -0.9f, Step<>{.rate = 0.1f});
  const auto merged = rule.merge(before, before, after, Parting{});
  EXPECT_EQ(std::memcmp(&merged, &after, sizeof after), 0);
}

TYPED_TEST(EveryRule, MergesTheStepsOfTwo) {
  const TypeParam rule;
  const Step<> step{.rate = 0.1f};
  const typename TypeParam::State before{};
  const auto mine = rule.step(before, 0.5f, step);
  const auto theirs = rule.step(before, 0.25f, step);
  const auto both = rule.merge(theirs, before, mine, Parting{});
  if constexpr (has_outcome<TypeParam>) {
    // Ftrl's weight follows from its sums, which add up.
    EXPECT_FLOAT_EQ(both.z, mine.z + theirs.z);
    EXPECT_FLOAT_EQ(both.squares, mine.squares + theirs.squares);
  } else if constexpr (std::is_same_v<TypeParam, Adagrad> ||
                       std::is_same_v<TypeParam, NesterovAdagrad>) {
    EXPECT_FLOAT_EQ(both.squares, mine.squares + theirs.squares);
    EXPECT_LT(both.weight, theirs.weight);  // gradients are positive
    EXPECT_GT(both.weight, mine.weight + theirs.weight);
  } else {
    EXPECT_FLOAT_EQ(both.weight, mine.weight + theirs.weight);
  }
}

TEST(ShareOfMove, IsAllOfASmallMoveAndAPartOfALargeOne) {
  EXPECT_EQ(share_of_move(0, 8), 1);
  EXPECT_EQ(share_of_move(3, 1), 1);
  EXPECT_NEAR(share_of_move(1, 2), 0.684, 5e-4);
  for (const float workers : {2.0f, 8.0f, 64.0f}) {
    EXPECT_NEAR(share_of_move(1e-3f, workers), 1, 1e-3 * static_cast<double>(workers));
    EXPECT_NEAR(share_of_move(50, workers), 1 / workers, 1e-6);
    for (float x = 0.01f; x < 20; x *= 2) {
      const double covered = -std::expm1(-static_cast<double>(workers) * static_cast<double>(x));
      const double alone = -std::expm1(-static_cast<double>(x));
      EXPECT_NEAR(share_of_move(x, workers), covered / (static_cast<double>(workers) * alone),
                  1e-5);
    }
  }
}

// On a parabola of curvature c, where workers start at the same weight and each makes n steps, what
// they bring is where all the steps one after the other would have led.
template <class Rule>
void expect_merge_as_in_one_thread(const Rule& rule, float rate, int steps) {
  constexpr float kCurvature = 0.3f;
  const Step<> step{.rate = rate};
  const auto after = [&](typename Rule::State state, int count) {
    for (int k = 0; k < count; ++k) {
      state = rule.step(state, kCurvature * (lookahead_of(rule, state, step) - 3), step);
    }
    return state;
  };
  for (const int workers : {2, 8}) {
    const typename Rule::State before = after({}, 200);
    const typename Rule::State own = after(before, steps);
    typename Rule::State shared = before;
    for (int worker = 0; worker < workers; ++worker) {
      const Parting parting{.workers = static_cast<float>(workers),
                            .rate = rate,
                            .curvature = kCurvature * static_cast<float>(steps)};
      shared = rule.merge(shared, before, own, parting);
    }
    const float wanted = after(before, workers * steps).weight - before.weight;
    EXPECT_NEAR(shared.weight - before.weight, wanted, 0.05f * std::abs(wanted)) << workers;
  }
}

TEST(Merge, OfWorkersAtAConstantRateLeadsWhereOneThreadWouldBe) {
  for (const int steps : {10, 100}) {
    expect_merge_as_in_one_thread(Sgd{}, 0.01f, steps);
    expect_merge_as_in_one_thread(Momentum{}, 0.001f, steps);
    expect_merge_as_in_one_thread(Nesterov{}, 0.001f, steps);
  }
}

TEST(AdagradMerge, MakesStepsAsLongAsAfterTheOthers) {
  const Adagrad rule;
  const Step<> step{.rate = 0.1f};
  const auto after = [&](Adagrad::State state, int steps) {
    for (int k = 0; k < steps; ++k) state = rule.step(state, 0.3f, step);
    return state;
  };
  const Adagrad::State before = after({}, 50);
  const Adagrad::State merged =
      rule.merge(after(before, 1000), before, after(before, 400), Parting{});
  const Adagrad::State one_thread = after(before, 1400);
  EXPECT_NEAR(merged.squares, one_thread.squares, 1e-3f * one_thread.squares);
  EXPECT_NEAR(merged.weight - before.weight, one_thread.weight - before.weight,
              2e-3f * std::abs(one_thread.weight - before.weight));
}

// w by w: the same gradients, whatever the weights.
template <class Rule, class Other>
void expect_same_path(const Rule& rule, const Other& other, typename Other::State start) {
  typename Rule::State state{};
  Random random(3);
  for (Step<> step{.rate = 0.1f}; step.time < 200; ++step.time) {
    const auto g = static_cast<float>(random.normal());
    state = rule.step(state, g, step);
    start = other.step(start, g, step);
    const float wanted = outcome_of(other, start, step);
    EXPECT_NEAR(outcome_of(rule, state, step), wanted, 1e-4 * std::max(0.01f, std::abs(wanted)));
  }
}

TEST(Ftrl, WithoutPenaltiesIsAdagrad) {
  expect_same_path(Ftrl{.beta = 0}, Adagrad{}, {});
}

TEST(AdaptiveRevision, WithoutDelayIsAdagradWithAnInitialSumOfOne) {
  expect_same_path(AdaptiveRevision{}, Adagrad{}, {0, 1});
}

TEST(NesterovAdagrad, WithoutVelocityIsAdagrad) {
  expect_same_path(NesterovAdagrad{.gamma = 0}, Adagrad{}, {});
}

// The paper's recursion in double, with gradients that arrive `delay` steps late.
TEST(AdaptiveRevision, IsThePapersRecursionUnderDelay) {
  for (const int delay : {1, 3, 10}) {
    const AdaptiveRevision rule;
    AdaptiveRevision::State state{};
    double w = 0, sum = 0, z = 1, peak = 1;
    std::vector<double> sums{0};  // G after each step
    std::vector<double> seen{0};  // the rule's own
    Random random(5);
    for (int t = 0; t < 300; ++t) {
      const auto g = static_cast<float>(random.normal() + 0.3);
      const auto read = static_cast<std::size_t>(std::max(0, t - delay));
      const double others = sum - sums[read];
      const double before = 0.1 / std::sqrt(peak);
      const auto gd = static_cast<double>(g);
      z += gd * gd + 2 * gd * others;
      peak = std::max(peak, z);
      const double rate = 0.1 / std::sqrt(peak);
      w += -rate * gd + (before - rate) * others;
      sum += gd;
      sums.push_back(sum);
      state = rule.step(state, g, seen[read], Step<>{.rate = 0.1f});
      seen.push_back(rule.seen(state));
      ASSERT_NEAR(state.weight, w, 1e-4 * std::max(0.01, std::abs(w))) << t;
      ASSERT_GE(state.peak, state.above);
    }
  }
}

// min over w of (w - 1)^2 / 2 + 0.3 |w| + 0.5 w^2 / 2 is at 0.7 / 1.5, also for a coordinate that
// is touched at every third step only, with three times the gradient.
TEST(Ftrl, CountsThePenaltyOfEveryStep) {
  const Ftrl rule;
  Ftrl::State state{};
  Step<Penalty> step{.rate = 1, .penalty = {0.3f, 0.5f}};
  for (; step.time < 60'000; ++step.time) {
    if (step.time % 3 != 0) continue;
    state = rule.step(state, 3 * (rule.outcome(state, step) - 1), step);
  }
  EXPECT_NEAR(rule.outcome(state, step), 0.7 / 1.5, 2e-3);
}

TEST(Adam, TakesAFirstStepOfItsRateWhateverTheGradient) {
  for (const float g : {1e-3f, 0.1f, 5.0f}) {
    EXPECT_NEAR((Adam{}.step({}, g, Step<>{.rate = 0.01f}).weight), -0.01f, 1e-6f);
  }
}

TEST(Nesterov, LooksAheadByItsVelocity) {
  EXPECT_FLOAT_EQ((Nesterov{.gamma = 0.5f}.lookahead(Nesterov::State{2, 0.6f}, Step<>{})), 1.7f);
  EXPECT_FLOAT_EQ(
      (NesterovAdagrad{.gamma = 0.5f}.lookahead(NesterovAdagrad::State{2, 0.6f}, Step<>{})), 1.7f);
}

// min over w of (w - 1)^2 / 2 + 0.3 |w| is at 0.7; were the penalty outside of the velocity, at
// 0.97.
TEST(Momentum, KeepsThePenaltyAtItsFullStrength) {
  Momentum::State momentum;
  Nesterov::State nesterov;
  const Step<Penalty> step{.rate = 0.01f, .share = 1, .penalty = {0.3f, 0}};
  for (int t = 0; t < 5000; ++t) {
    momentum = Momentum{}.step(momentum, momentum.weight - 1, step);
    nesterov = Nesterov{}.step(nesterov, Nesterov{}.lookahead(nesterov, step) - 1, step);
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

// A sum that became infinite would freeze its coordinate.
TEST(Adagrad, HasASumThatNeverOverflows) {
  Adagrad::State state{};
  for (int i = 0; i < 100'000; ++i) state = Adagrad{}.step(state, 1e15f, Step<>{.rate = 1e-6f});
  for (const float g : {1e19f, 1e30f, std::numeric_limits<float>::max()}) {
    state = Adagrad{}.step(state, g, Step<>{.rate = 1e-30f});
    EXPECT_TRUE(std::isfinite(state.squares)) << g;
  }
  state.squares = 0x1p120f;
  EXPECT_EQ((Adagrad{}.step(state, std::numeric_limits<float>::max(), Step<>{}).squares), 0x1p120f);
  state.squares = 0;
  EXPECT_EQ((Adagrad{}.step(state, 1e14f, Step<>{}).squares), 1e14f * 1e14f);
}

}  // namespace
}  // namespace hogwild
