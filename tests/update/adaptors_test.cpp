// Rules made of rules: averaged, and caught up.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "learn/descent.hpp"
#include "support/rows.hpp"
#include "support/textbook.hpp"

namespace hogwild {
namespace {

using test::rows_of;

// The weights after each step, added up as they come, each as often as there were steps.
TEST(Averaged, CountsTheWeightsOfEachStepByItsTime) {
  const Dataset data = test::random_rows(60, 10, 0.4, false);
  const auto rows = rows_of(data);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    if constexpr (!has_memory<decltype(rule)>) {
      DescentPlan plan;
      plan.features = 10;
      plan.rule = rule;
      const auto plain = make_descent(plan);
      plan.average = true;
      const auto averaged = make_descent(plan);
      std::vector<double> sums(11);
      for (std::uint64_t t = 0; t < rows.size(); ++t) {
        plain->learn(0, std::span(rows).subspan(t, 1), {.rate = 0.05f, .time = t});
        averaged->learn(0, std::span(rows).subspan(t, 1), {.rate = 0.05f, .time = t});
        for (Index j = 0; j <= 10; ++j) {
          sums[j] += static_cast<double>(t + 1) *
                     static_cast<double>(plain->weight(j, {.rate = 0.05f, .time = t + 1}));
        }
      }
      for (Index j = 0; j <= 10; ++j) {
        EXPECT_NEAR(averaged->weight(j, {.rate = 0.05f, .time = rows.size()}),
                    sums[j] / (60 * 61 / 2), 1e-5)
            << rule.kName;
      }
    }
  });
}

// Dense, each step: w <- prox(w - eta g), every coordinate, touched or not.
TEST(CaughtUp, IsTheDenseProximalStep) {
  const Dataset data = test::random_rows(200, 30, 0.1, false);
  const auto rows = rows_of(data);
  for (const auto& [l1, l2] : {std::pair{0.01, 0.0}, {0.0, 0.1}, {0.005, 0.05}}) {
    for (const AnyUpdateRule rule : {AnyUpdateRule(Sgd{}), AnyUpdateRule(Adagrad{})}) {
      DescentPlan plan;
      plan.features = 30;
      plan.rule = rule;
      plan.bias = false;
      plan.catch_up = true;
      plan.penalty = {static_cast<float>(l1), static_cast<float>(l2)};
      const auto descent = make_descent(plan);
      descent->learn(0, rows, {.rate = 0.1f});
      std::vector<double> w(30), squares(30);
      for (const SparseRow& row : rows) {
        double m = 0;
        for (std::size_t k = 0; k < row.nonzeros(); ++k) m += w[row.indices[k]] * row.value(k);
        const double slope = Logistic{}.slope(m, static_cast<double>(row.label));
        std::vector<double> gradient(30);
        for (std::size_t k = 0; k < row.nonzeros(); ++k) {
          gradient[row.indices[k]] = slope * row.value(k);
        }
        for (std::size_t j = 0; j < 30; ++j) {
          squares[j] += gradient[j] * gradient[j];
          const double rate =
              std::holds_alternative<Sgd>(rule) ? 0.1 : 0.1 / std::sqrt(squares[j] + 1e-8);
          const double moved = w[j] - rate * gradient[j];
          w[j] = std::copysign(std::max(0.0, std::abs(moved) - rate * l1) / (1 + rate * l2), moved);
        }
      }
      for (Index j = 0; j < 30; ++j) {
        EXPECT_NEAR(descent->weight(j, {.rate = 0.1f, .time = rows.size()}), w[j],
                    1e-4 * std::max(0.01, std::abs(w[j])))
            << name_of(rule) << " l1 " << l1 << " l2 " << l2 << " " << j;
      }
    }
  }
}

}  // namespace
}  // namespace hogwild
