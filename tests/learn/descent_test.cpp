// The kernel through its virtual face: against textbook loops, under every placement.
#include "learn/descent.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "support/rows.hpp"
#include "support/textbook.hpp"

namespace hogwild {
namespace {

using test::expect_weights;
using test::kPace;
using test::rows_of;
using test::textbook;

TEST(Descent, OnDenseRowsIsTheTextbookRuleForEveryLossAndPlacement) {
  test::for_each_textbook_case([](const Dataset& data, const auto& rows, DescentPlan plan) {
    for (const bool bias : {false, true}) {
      plan.bias = bias;
      const auto descent = make_descent(plan);
      const LossSum sum = descent->learn(0, rows, kPace);
      EXPECT_EQ(sum.weight, 50);
      EXPECT_GT(sum.loss, 0);
      expect_weights(*descent, textbook(data, plan.loss, name_of(plan.rule), 0.02, bias),
                     test::name_of(plan));
    }
  });
}

TEST(Descent, ARowOfWeightTwoIsASlopeOfTwice) {
  Dataset::Arrays arrays{
      .offsets = {0, 1}, .indices = {0}, .values = {}, .labels = {1}, .weights = {2}};
  const Dataset data(std::move(arrays), {.size = 1});
  DescentPlan plan;
  plan.features = 1;
  plan.rule = Sgd{};
  plan.bias = false;
  const auto descent = make_descent(plan);
  const LossSum sum = descent->learn(0, rows_of(data), {.rate = 0.1f});
  EXPECT_FLOAT_EQ(descent->weight(0, {}), 0.1f * 2 * 0.5f);
  EXPECT_NEAR(sum.loss, 2 * std::log(2), 1e-6);
  EXPECT_EQ(sum.weight, 2);
}

TEST(Descent, PassesOverRowsOfWeightZero) {
  const Dataset data(
      {.offsets = {0, 1}, .indices = {0}, .values = {}, .labels = {1}, .weights = {0}},
      {.size = 1});
  DescentPlan plan;
  plan.features = 1;
  const auto descent = make_descent(plan);
  EXPECT_EQ(descent->learn(0, rows_of(data), {.rate = 0.1f}).weight, 0);
  EXPECT_EQ(descent->weight(0, {}), 0);
  EXPECT_EQ(descent->weight(1, {}), 0);
}

TEST(Descent, TouchesOnlyTheFeaturesOfItsRows) {
  const Dataset data(
      {.offsets = {0, 2}, .indices = {1, 3}, .values = {}, .labels = {1}, .weights = {}},
      {.size = 5});
  DescentPlan plan;
  plan.features = 5;
  const auto descent = make_descent(plan);
  descent->learn(0, rows_of(data), {.rate = 0.1f});
  for (const Index j : {0u, 2u, 4u}) EXPECT_EQ(descent->weight(j, {}), 0);
  for (const Index j : {1u, 3u, 5u}) EXPECT_GT(descent->weight(j, {}), 0);
}

TEST(Descent, GivesTheMarginOfItsWeights) {
  const Dataset data = test::random_rows(200, 20, 0.3, false);
  DescentPlan plan;
  plan.features = 20;
  const auto descent = make_descent(plan);
  const auto rows = rows_of(data);
  descent->learn(0, rows, {.rate = 0.1f});
  for (const SparseRow& row : rows) {
    double m = descent->weight(20, {});
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      m += static_cast<double>(row.value(k)) *
           static_cast<double>(descent->weight(row.indices[k], {}));
    }
    EXPECT_NEAR(descent->margin(row, {}), m, 1e-5);
  }
}

// min over w of the mean of (w - 1)^2/2 + l1 |w| is 1 - l1: a run of small steps ends there.
TEST(Descent, PenaltyByDegreeScalingReachesTheOptimumInOneDimension) {
  for (const float l1 : {0.0f, 0.3f}) {
    for (const float l2 : {0.0f, 0.5f}) {
      // Feature 0 is in one row of two; the other row is empty.
      const Dataset data(
          {.offsets = {0, 1, 1}, .indices = {0}, .values = {}, .labels = {1, 0}, .weights = {}},
          {.size = 1});
      DescentPlan plan;
      plan.features = 1;
      plan.loss = Squared{};
      plan.rule = Sgd{};
      plan.bias = false;
      plan.penalty = {l1, l2};
      plan.penalty_scale = std::shared_ptr<const float[]>(new float[]{2, 0});  // n / d = 2
      const auto descent = make_descent(plan);
      const auto rows = rows_of(data);
      for (int epoch = 0; epoch < 2000; ++epoch) descent->learn(0, rows, {.rate = 0.02f});
      // mean loss: (w-1)^2/4 + l1 |w| + l2/2 w^2
      const double wanted =
          std::max(0.0, (0.5 - static_cast<double>(l1)) / (0.5 + static_cast<double>(l2)));
      EXPECT_NEAR(descent->weight(0, {}), wanted, 2e-3) << l1 << " " << l2;
    }
  }
}

TEST(Descent, NeverPenalisesTheBias) {
  const Dataset data({.offsets = {0, 0}, .indices = {}, .values = {}, .labels = {3}, .weights = {}},
                     {.size = 1});
  DescentPlan plan;
  plan.features = 1;
  plan.loss = Squared{};
  plan.rule = Sgd{};
  plan.penalty = {10, 10};
  plan.penalty_scale = std::shared_ptr<const float[]>(new float[]{1, 0});
  const auto descent = make_descent(plan);
  for (int i = 0; i < 200; ++i) descent->learn(0, rows_of(data), {.rate = 0.1f});
  EXPECT_NEAR(descent->weight(1, {}), 3, 1e-4);
}

}  // namespace
}  // namespace hogwild
