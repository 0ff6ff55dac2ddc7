// The kernel through its virtual face: against textbook loops, under every placement.
#include "learn/descent.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <string_view>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

// One coordinate of each rule as its paper has it, in double, written without the library's rules.
struct Textbook {
  double weight = 0;
  double a = 0, b = 0;  // velocity, sum or means
  int touches = 0;

  // Where the gradient is taken.
  double read(std::string_view rule) const {
    return rule == "nesterov" ? weight - 0.9 * a : weight;
  }
  void step(std::string_view rule, double g, double eta) {
    ++touches;
    if (rule == "sgd") {
      weight -= eta * g;
    } else if (rule == "momentum" || rule == "nesterov") {
      a = 0.9 * a + eta * g;
      weight -= a;
    } else if (rule == "adagrad") {
      a += g * g;
      weight -= eta * g / std::sqrt(a + 1e-8);
    } else if (rule == "rmsprop") {
      a = 0.9 * a + 0.1 * g * g;
      weight -= eta * g / std::sqrt(a + 1e-8);
    } else if (rule == "adadelta") {
      a = 0.9 * a + 0.1 * g * g;
      const double d = -std::sqrt(b + 1e-6) / std::sqrt(a + 1e-6) * g;
      b = 0.9 * b + 0.1 * d * d;
      weight += d;
    } else if (rule == "adam") {
      a = 0.9 * a + 0.1 * g;
      b = 0.999 * b + 0.001 * g * g;
      const double mean = a / (1 - std::pow(0.9, touches));
      const double square = b / (1 - std::pow(0.999, touches));
      weight -= eta * mean / (std::sqrt(square) + 1e-8);
    } else {
      ADD_FAILURE() << "no textbook for " << rule;
    }
  }
};

// Independent loops: the rule on dense rows, one row a step.
std::vector<double> textbook(const Dataset& data, const AnyLoss& loss, std::string_view rule,
                             double rate, bool bias) {
  std::vector<Textbook> state(data.features().size + 1);
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    std::vector<double> x(state.size());
    for (std::size_t k = 0; k < row.nonzeros(); ++k) x[row.indices[k]] = row.value(k);
    x.back() = bias ? 1 : 0;
    double m = 0;
    for (std::size_t j = 0; j < x.size(); ++j) m += state[j].read(rule) * x[j];
    const auto y = static_cast<double>(row.label);
    const double slope = std::visit([&](const auto& l) { return l.slope(m, y); }, loss);
    for (std::size_t j = 0; j < x.size(); ++j) {
      if (x[j] != 0) state[j].step(rule, slope * x[j], rate);  // a coordinate moves when touched
    }
  }
  std::vector<double> weights;
  for (const Textbook& s : state) weights.push_back(s.weight);
  return weights;
}

std::vector<SparseRow> rows_of(const Dataset& data) {
  std::vector<SparseRow> rows;
  for (Offset i = 0; i < data.rows(); ++i) rows.push_back(data.row(i));
  return rows;
}

struct Placed {
  StatePlacement state;
  Landing landing;
};
const Placed kPlacements[] = {
    {StatePlacement::shared, Landing::racy},       {StatePlacement::shared, Landing::atomic},
    {StatePlacement::shared, Landing::locked},     {StatePlacement::per_thread, Landing::racy},
    {StatePlacement::per_thread, Landing::atomic}, {StatePlacement::per_thread, Landing::locked}};

TEST(Descent, OnDenseRowsIsTheTextbookRuleForEveryLossAndPlacement) {
  for (const bool ones : {false, true}) {
    const Dataset data = test::random_rows(50, 6, ones ? 0.5 : 1.1, ones);
    const auto rows = rows_of(data);
    for_each_alternative<AnyLoss>([&](auto loss) {
      for_each_alternative<AnyUpdateRule>([&](auto rule) {
        for (const bool bias : {false, true}) {
          for (const auto& [state, landing] : kPlacements) {
            DescentPlan plan;
            plan.features = data.features().size;
            plan.loss = loss;
            plan.rule = rule;
            plan.state = state;
            plan.landing = landing;
            plan.bias = bias;
            const auto descent = make_descent(plan);
            const LossSum sum = descent->learn(0, rows, {.rate = 0.02f});
            EXPECT_EQ(sum.weight, 50);
            EXPECT_GT(sum.loss, 0);
            const auto wanted = textbook(data, loss, rule.kName, 0.02, bias);
            for (Index j = 0; j <= plan.features; ++j) {
              EXPECT_NEAR(descent->weight(j), wanted[j], 1e-4 * std::max(0.01, std::abs(wanted[j])))
                  << loss.kName << " " << rule.kName << " coordinate " << j;
            }
          }
        }
      });
    });
  }
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
  EXPECT_FLOAT_EQ(descent->weight(0), 0.1f * 2 * 0.5f);
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
  EXPECT_EQ(descent->weight(0), 0);
  EXPECT_EQ(descent->weight(1), 0);
}

TEST(Descent, TouchesOnlyTheFeaturesOfItsRows) {
  const Dataset data(
      {.offsets = {0, 2}, .indices = {1, 3}, .values = {}, .labels = {1}, .weights = {}},
      {.size = 5});
  DescentPlan plan;
  plan.features = 5;
  const auto descent = make_descent(plan);
  descent->learn(0, rows_of(data), {.rate = 0.1f});
  for (const Index j : {0u, 2u, 4u}) EXPECT_EQ(descent->weight(j), 0);
  for (const Index j : {1u, 3u, 5u}) EXPECT_GT(descent->weight(j), 0);
}

TEST(Descent, GivesTheMarginOfItsWeights) {
  const Dataset data = test::random_rows(200, 20, 0.3, false);
  DescentPlan plan;
  plan.features = 20;
  const auto descent = make_descent(plan);
  const auto rows = rows_of(data);
  descent->learn(0, rows, {.rate = 0.1f});
  for (const SparseRow& row : rows) {
    double m = descent->weight(20);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      m += static_cast<double>(row.value(k)) * static_cast<double>(descent->weight(row.indices[k]));
    }
    EXPECT_NEAR(descent->margin(row), m, 1e-5);
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
      plan.penalty_scale = {2, 0};  // n / d = 2
      const auto descent = make_descent(plan);
      const auto rows = rows_of(data);
      for (int epoch = 0; epoch < 2000; ++epoch) descent->learn(0, rows, {.rate = 0.02f});
      // mean loss: (w-1)^2/4 + l1 |w| + l2/2 w^2
      const double wanted =
          std::max(0.0, (0.5 - static_cast<double>(l1)) / (0.5 + static_cast<double>(l2)));
      EXPECT_NEAR(descent->weight(0), wanted, 2e-3) << l1 << " " << l2;
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
  plan.penalty_scale = {1, 0};
  const auto descent = make_descent(plan);
  for (int i = 0; i < 200; ++i) descent->learn(0, rows_of(data), {.rate = 0.1f});
  EXPECT_NEAR(descent->weight(1), 3, 1e-4);
}

}  // namespace
}  // namespace hogwild
