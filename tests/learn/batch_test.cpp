// Steps on many rows, alone and together.
#include "learn/batch.hpp"

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
#include "parallel/thread_team.hpp"
#include "support/rows.hpp"
#include "support/textbook.hpp"

namespace hogwild {
namespace {

using test::expect_weights;
using test::kPace;
using test::rows_of;
using test::textbook;

// All workers learn the same rows, so any number of them gives the bits that one gives.
std::vector<float> learnt_together(const Dataset& data, DescentPlan plan, int workers, int epochs,
                                   float rate = 0.02f) {
  const auto rows = rows_of(data);
  plan.features = data.features().size;
  plan.workers = workers;
  plan.teamwork = Teamwork::together;
  for (int w = 0; w <= workers; ++w) {
    plan.owners.push_back(plan.features * static_cast<Index>(w) / static_cast<Index>(workers));
  }
  const auto descent = make_descent(plan);
  ThreadTeam team(workers);
  const std::uint64_t steps = (data.rows() + plan.batch - 1) / plan.batch;
  for (int epoch = 0; epoch < epochs; ++epoch) {
    team.run([&](int worker) {
      descent->learn(worker, rows,
                     {.rate = rate, .time = static_cast<std::uint64_t>(epoch) * steps});
    });
  }
  std::vector<float> weights;
  const Pace end{.rate = rate, .time = static_cast<std::uint64_t>(epochs) * steps};
  for (Index j = 0; j <= plan.features; ++j) weights.push_back(descent->weight(j, end));
  return weights;
}

TEST(Batch, InBatchesIsTheTextbookRule) {
  test::for_each_textbook_case([](const Dataset& data, const auto& rows, DescentPlan plan) {
    for (const Offset batch : {2, 7, 50}) {
      plan.batch = batch;
      const auto descent = make_descent(plan);
      for (int epoch = 0; epoch < 2; ++epoch) descent->learn(0, rows, kPace);
      // Batches end with the epoch.
      if (50 % batch != 0) continue;
      const Dataset twice = concatenate(data, data);
      expect_weights(*descent, textbook(twice, plan.loss, name_of(plan.rule), 0.02, true, batch),
                     fmt::format("{} batch {}", test::name_of(plan), batch));
    }
  });
}

TEST(Batch, TogetherGivesTheSameBitsForAnyNumberOfWorkers) {
  const Dataset data = test::random_rows(300, 30, 0.3, false);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for (const std::size_t batch : {1, 16, 300}) {
      for (const float noise : {0.0f, 0.1f}) {
        DescentPlan plan;
        plan.rule = rule;
        plan.batch = batch;
        plan.noise = noise;
        const auto alone = learnt_together(data, plan, 1, 3);
        for (const int workers : {2, 4, 8}) {
          EXPECT_EQ(learnt_together(data, plan, workers, 3), alone)
              << rule.kName << " batch " << batch << " workers " << workers;
        }
        plan.batch_norm = batch > 1;
        if (!plan.batch_norm) continue;
        const auto normalised = learnt_together(data, plan, 1, 3);
        EXPECT_NE(normalised, alone);
        EXPECT_EQ(learnt_together(data, plan, 4, 3), normalised) << rule.kName;
      }
    }
  });
}

// At a rate that keeps clear of the optimum: there, gradients being next to nothing, rmsprop and
// adam blow up their last bits, in floats and doubles alike.
TEST(Batch, FiftyFullBatchStepsAreTheTextbooks) {
  constexpr float kRate = 0.005f;
  const Dataset data = test::random_rows(40, 6, 1.1, false);
  Dataset epochs = data;
  for (int k = 1; k < 50; ++k) epochs = concatenate(epochs, data);
  for_each_alternative<AnyLoss>([&](auto loss) {
    for_each_alternative<AnyUpdateRule>([&](auto rule) {
      DescentPlan plan;
      plan.loss = loss;
      plan.rule = rule;
      plan.bias = false;
      plan.batch = 40;
      const auto weights = learnt_together(data, plan, 2, 50, kRate);
      const auto wanted = textbook(epochs, loss, rule.kName, 0.005, false, 40);
      double difference = 0, size = 0;
      for (std::size_t j = 0; j < wanted.size(); ++j) {
        difference += std::pow(static_cast<double>(weights[j]) - wanted[j], 2);
        size += wanted[j] * wanted[j];
      }
      EXPECT_LE(std::sqrt(difference), 1e-4 * std::sqrt(size)) << loss.kName << " " << rule.kName;
    });
  });
}

// Margins at weights that are up to a thousand steps old. At a rate that serves both without delay,
// adagrad's steps add up to far too long ones; those of adaptive_revision are revised.
TEST(Batch, AdaptiveRevisionBearsDelaysThatAdagradDoesNot) {
  const Dataset data = test::random_rows(6000, 40, 0.2, true);
  const auto rows = rows_of(data);
  const auto loss_after = [&](const AnyUpdateRule& rule, std::size_t delay) {
    constexpr Pace kFast{.rate = 0.3f};
    DescentPlan plan;
    plan.features = 40;
    plan.rule = rule;
    plan.teamwork = Teamwork::together;
    plan.owners = {0, 40};
    plan.group = delay;
    const auto descent = make_descent(plan);
    descent->learn(0, rows, kFast);
    double loss = 0;
    for (const SparseRow& row : rows) {
      const float margin = descent->margin(row, kFast);
      loss += static_cast<double>(Logistic{}.value(margin, row.label)) / 6000;
    }
    return loss;
  };
  const AnyUpdateRule adagrad = Adagrad{.epsilon = 1}, revision = AdaptiveRevision{};
  EXPECT_NEAR(loss_after(revision, 1), loss_after(adagrad, 1), 1e-4);
  EXPECT_LT(loss_after(revision, 1000), 0.7 * loss_after(adagrad, 1000));
}

TEST(Batch, NoiseDependsOnTheStepAndTheCoordinateAlone) {
  const GradientNoise noise{.eta = 0.3f, .seed = 9};
  double sum = 0, squares = 0;
  for (Index j = 0; j < 10'000; ++j) {
    const double at = static_cast<double>(noise.at(7, j));
    EXPECT_EQ(noise.at(7, j), noise.at(7, j));
    sum += at;
    squares += at * at;
  }
  EXPECT_NEAR(sum / 1e4, 0, 0.01);
  EXPECT_NEAR(squares / 1e4, 0.3 / std::pow(8, 0.55), 0.005);
  EXPECT_NE(noise.at(7, 1), noise.at(8, 1));
  EXPECT_NE(noise.at(7, 1), (GradientNoise{.eta = 0.3f, .seed = 10}.at(7, 1)));
  EXPECT_EQ(GradientNoise{}.at(7, 1), 0);
}

TEST(Batch, FoldsBatchNormIntoTheWeights) {
  const Dataset data = test::random_rows(256, 8, 0.5, false);
  const auto rows = rows_of(data);
  DescentPlan plan;
  plan.features = 8;
  plan.rule = Sgd{};
  plan.batch = 256;
  plan.batch_norm = true;
  const auto descent = make_descent(plan);
  for (std::uint64_t t = 0; t < 400; ++t) descent->learn(0, rows, {.rate = 0.1f, .time = t});
  // The same batch each time: the running moments are the batch's, but for n / (n - 1), so margins
  // by the folded weights have the moments that gamma and beta give them.
  std::vector<float> margins;
  for (const SparseRow& row : rows) margins.push_back(descent->margin(row, kPace));
  // Their loss is that which the training sees for the next step.
  double loss = 0;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    loss += static_cast<double>(Logistic{}.value(margins[i], rows[i].label)) / 256;
  }
  const LossSum sum = descent->learn(0, rows, {.rate = 0.1f});
  EXPECT_NEAR(loss, sum.loss / sum.weight, 2e-3);
  EXPECT_LT(loss, 0.65);  // at the start log 2
}

// Also where batches of them alone are made, and momentum would go on by itself.
TEST(Batch, PassesOverRowsOfWeightZeroInBatches) {
  const Dataset plain = test::random_rows(60, 8, 0.5, true);
  const auto rows = rows_of(plain);
  std::vector<SparseRow> diluted;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    diluted.push_back(rows[i]);
    SparseRow weightless = rows[(i + 7) % rows.size()];
    weightless.weight = 0;
    for (int k = 0; k < 3; ++k) diluted.push_back(weightless);
  }
  DescentPlan plan;
  plan.features = 8;
  plan.rule = Momentum{};
  plan.outputs = 2;  // by way of the batches
  plan.loss = Softmax{};
  for (SparseRow& row : diluted) row.label = row.label > 0 ? 1.0f : 0.0f;
  auto classes = rows;
  for (SparseRow& row : classes) row.label = row.label > 0 ? 1.0f : 0.0f;
  const auto once = make_descent(plan), more = make_descent(plan);
  once->learn(0, classes, kPace);
  more->learn(0, diluted, kPace);
  for (Index j = 0; j < 18; ++j) EXPECT_EQ(more->weight(j, kPace), once->weight(j, kPace)) << j;
}

}  // namespace
}  // namespace hogwild
