#include "hogwild/eval/evaluate.hpp"

#include <gtest/gtest.h>
#include <tbb/global_control.h>

#include <cmath>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "support/models.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

TEST(Auc, IsTheShareOfPairsInTheRightOrder) {
  Random random(1);
  for (int round = 0; round < 20; ++round) {
    RankedScores scores;
    std::vector<std::pair<float, bool>> all;
    std::vector<float> weights;
    for (int i = 0; i < 200; ++i) {
      all.emplace_back(static_cast<float>(random.below(20)), random.below(3) == 0);  // many ties
      weights.push_back(static_cast<float>(random.below(4)) / 2);
      scores.add(all.back().first, all.back().second, weights.back());
    }
    double won = 0, pairs = 0;
    for (std::size_t p = 0; p < all.size(); ++p) {
      for (std::size_t n = 0; n < all.size(); ++n) {
        if (!all[p].second || all[n].second) continue;
        const auto weight = static_cast<double>(weights[p] * weights[n]);
        pairs += weight;
        won += weight * (all[p].first > all[n].first ? 1 : all[p].first == all[n].first ? 0.5 : 0);
      }
    }
    EXPECT_NEAR(*scores.auc(), won / pairs, 1e-12);
  }
}

TEST(Auc, HasItsLimits) {
  RankedScores right, wrong, one_class;
  for (int i = 0; i < 10; ++i) {
    right.add(static_cast<float>(i), i >= 5, 1);
    wrong.add(static_cast<float>(-i), i >= 5, 1);
    one_class.add(static_cast<float>(i), true, 1);
  }
  EXPECT_EQ(*right.auc(), 1);
  EXPECT_EQ(*wrong.auc(), 0);
  EXPECT_FALSE(one_class.auc().has_value());
  EXPECT_FALSE(RankedScores().auc().has_value());
}

TEST(Auc, OfMergedPartsIsThatOfTheWhole) {
  Random random(2);
  RankedScores whole, a, b;
  for (int i = 0; i < 1000; ++i) {
    const auto score = static_cast<float>(random.normal());
    const bool positive = random.below(2) == 0;
    whole.add(score, positive, 1);
    (i % 3 == 0 ? a : b).add(score, positive, 1);
  }
  a.merge(b);
  EXPECT_EQ(*a.auc(), *whole.auc());
}

TEST(Evaluate, AgreesWithItsDefinitions) {
  const Dataset data = test::random_rows(20'000, 30, 0.2, false);
  const Model model = test::random_model(30);
  double loss = 0, right = 0, positive = 0, predicted = 0;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    const double p = 1 / (1 + std::exp(-static_cast<double>(model.margin(row))));
    const bool is_positive = row.label > 0;
    loss -= std::log(is_positive ? p : 1 - p);
    right += (p > 0.5) == is_positive;
    positive += is_positive;
    predicted += p;
  }
  const auto n = static_cast<double>(data.rows());
  const Metrics metrics = evaluate(model, data);
  EXPECT_EQ(metrics.rows, data.rows());
  EXPECT_NEAR(*metrics.log_loss, loss / n, 1e-7);
  EXPECT_NEAR(*metrics.accuracy, right / n, 1e-12);
  EXPECT_NEAR(*metrics.base_rate, positive / n, 1e-12);
  EXPECT_NEAR(*metrics.calibration, predicted / positive, 1e-5);
  EXPECT_DOUBLE_EQ(mean_loss(model, data), metrics.loss);
  EXPECT_FALSE(metrics.rmse.has_value());
}

TEST(Evaluate, GivesTheSameFiguresOnAnyNumberOfThreads) {
  const Dataset data = test::random_rows(30'000, 30, 0.2, false);
  const Model model = test::random_model(30);
  const Metrics wanted = evaluate(model, data);
  for (const std::size_t threads : {1u, 2u, 4u}) {
    const tbb::global_control limit(tbb::global_control::max_allowed_parallelism, threads);
    const Metrics metrics = evaluate(model, data);
    EXPECT_EQ(metrics.loss, wanted.loss);
    EXPECT_EQ(metrics.auc, wanted.auc);
  }
}

TEST(Evaluate, OfNumbersGivesTheRootMeanSquaredError) {
  const Dataset data({.offsets = {0, 0, 0},
                      .indices = {},
                      .values = {},
                      .labels = {1.1f, 3.1f},
                      .weights = {1, 3}},
                     {.size = 1});
  const Metrics metrics = evaluate(test::random_model(1, Squared{}), data);  // predicts 0.1
  EXPECT_NEAR(*metrics.rmse, std::sqrt((1 + 3 * 9) / 4.0), 1e-6);
  EXPECT_NEAR(metrics.loss, (1 + 3 * 9) / 8.0, 1e-6);
  EXPECT_FALSE(metrics.auc.has_value());
}

TEST(Evaluate, RefusesLabelsTheModelDoesNotKnow) {
  EXPECT_THROW(evaluate(test::random_model(1), test::numbered_rows(3)), DataError);
  EXPECT_THROW(evaluate(test::random_model(1), Dataset()), DataError);
}

TEST(Evaluate, EndsOnTheLargestValuesToo) {
  const Dataset data({.offsets = {0, 2, 3},
                      .indices = {0, 1, 0},
                      .values = {3e38f, 3e38f, 3e38f},
                      .labels = {1, -1},
                      .weights = {}},
                     {.size = 2});
  const Model model = test::model_of({.size = 2}, [](Index j) { return j == 0 ? 4.6f : -4.6f; });
  EXPECT_EQ(model.margin(data.row(0)), 0);
  EXPECT_TRUE(evaluate(model, data).auc.has_value());
}

TEST(Evaluate, RefusesRowsThatHaveNoWeight) {
  const Dataset data(
      {.offsets = {0, 0, 0}, .indices = {}, .values = {}, .labels = {1, -1}, .weights = {0, 0}},
      {.size = 1});
  EXPECT_THROW(evaluate(test::random_model(1), data), DataError);
}

}  // namespace
}  // namespace hogwild
