// Runs whose steps are made by several rows, or by several threads at once.
#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "support/models.hpp"
#include "support/rows.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

TEST(Train, FullBatchAndDeterministicGiveTheSameBitsForAnyNumberOfThreads) {
  const Dataset data = test::random_rows(test::kSanitized ? 600 : 3000, 60, 0.1, false);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for (const std::uint64_t batch : {std::uint64_t{1}, std::uint64_t{50}, kFullBatch}) {
      for (const float noise : {0.0f, 0.01f}) {
        TrainOptions options{
            .l2 = 1e-3f,
            .update_rule = rule,
            .learning_rate = has_rate<decltype(rule)> ? std::optional(0.05f) : std::nullopt,
            .batch_size = batch,
            .gradient_noise = noise,
            .epochs = 3,
            .threads = 1,
            .strategy = batch == kFullBatch ? Strategy::hogwild : Strategy::deterministic};
        const auto alone = test::weights_of(train(data, options).model);
        for (const int threads : {2, 4, test::kSanitized ? 3 : 8}) {
          options.threads = threads;
          EXPECT_EQ(test::weights_of(train(data, options).model), alone)
              << rule.kName << " batch " << batch << " threads " << threads;
        }
      }
    }
  });
}

TEST(Train, BatchesOfOneThreadGiveTheBitsOfATeam) {
  for (const bool ones : {false, true}) {
    const Dataset data = test::random_rows(1000, 60, 0.1, ones);
    for_each_alternative<AnyUpdateRule>([&](auto rule) {
      for (const float l2 : {0.0f, 1e-3f}) {
        TrainOptions options{
            .l2 = l2,
            .update_rule = rule,
            .learning_rate = has_rate<decltype(rule)> ? std::optional(0.05f) : std::nullopt,
            .batch_size = 7,  // of 1000 rows: the last is short
            .epochs = 3,
            .threads = 1};
        const auto alone = test::weights_of(train(data, options).model);
        options.strategy = Strategy::deterministic;
        EXPECT_EQ(test::weights_of(train(data, options).model), alone) << rule.kName << " " << l2;
      }
    });
  }
}

// Most labels are positive: the bias counts.
Dataset mostly_positive(Dataset rows, std::uint64_t seed) {
  Dataset::Arrays arrays = std::move(rows).take_arrays();
  for (std::size_t i = 0; i < arrays.labels.size(); ++i) {
    if (Random(seed, i).uniform() < 0.7) arrays.labels[i] = 1;
  }
  return Dataset(std::move(arrays), {.size = 100});
}

TEST(Train, BatchesAreLearntInCopiesOfFrequentWeights) {
  const Dataset data =
      mostly_positive(test::random_rows(test::kSanitized ? 20'000 : 60'000, 100, 0.1, true, 1), 1);
  const Dataset test = mostly_positive(test::random_rows(5'000, 100, 0.1, true, 2), 2);
  for (const bool by_sgd : {false, true}) {
    TrainOptions options{.update_rule = by_sgd ? AnyUpdateRule(Sgd{}) : AnyUpdateRule(Adagrad{}),
                         .learning_rate = 0.3f,
                         .batch_size = 16,
                         .epochs = 2,
                         .threads = 1};
    const Model by_one = train(data, options).model;
    const double alone = mean_loss(by_one, test);
    options.threads = 4;
    const TrainResult result = train(data, options);
    // Threads that wait for a core bring back a bias of a while ago: 11 % were seen. One that
    // nobody merges is near 0.
    EXPECT_NEAR(result.model.bias(), by_one.bias(), 0.4 * by_one.bias());
    if (result.views.reason.empty()) {
      EXPECT_GE(result.views.own, 100u);
    }
    EXPECT_NEAR(mean_loss(result.model, test), alone, 0.02 * alone);
  }
}

TEST(Train, DeterministicIsAsGoodAsHogwild) {
  const Dataset data = test::random_rows(20'000, 100, 0.1, true, 1);
  const Dataset test = test::random_rows(5'000, 100, 0.1, true, 2);
  TrainOptions options{.learning_rate = 0.1f, .epochs = 2, .threads = 2};
  const double hogwild = mean_loss(train(data, options).model, test);
  options.strategy = Strategy::deterministic;
  EXPECT_NEAR(mean_loss(train(data, options).model, test), hogwild, 0.01 * hogwild);
}

TEST(Train, MiniBatchesOnManyThreadsLearn) {
  const Dataset data = test::random_rows(20'000, 100, 0.1, true, 1);
  const Dataset test = test::random_rows(5'000, 100, 0.1, true, 2);
  for (const auto strategy : {Strategy::hogwild, Strategy::atomic, Strategy::locked}) {
    for (const auto state : {StateHome::shared, StateHome::per_thread}) {
      TrainOptions options{.learning_rate = 0.3f,
                           .batch_size = 16,
                           .state = state,
                           .epochs = 3,
                           .threads = 1,
                           .strategy = strategy};
      const double alone = mean_loss(train(data, options).model, test);
      EXPECT_LT(alone, 0.6);
      for (const int threads : {2, 4}) {
        options.threads = threads;
        EXPECT_NEAR(mean_loss(train(data, options).model, test), alone, 0.03 * alone);
      }
    }
  }
}

TEST(Train, WithBatchNormLearnsAPlantedModel) {
  const Dataset data = test::random_rows(20'000, 40, 0.2, true, 1);
  const Dataset test = test::random_rows(5'000, 40, 0.2, true, 2);
  const double plain = mean_loss(train(data, {.epochs = 5, .threads = 1}).model, test);
  for (const int threads : {1, 2}) {
    for (const std::uint64_t batch : {std::uint64_t{32}, std::uint64_t{256}}) {
      const TrainOptions options{.learning_rate = 0.1f,
                                 .batch_size = batch,
                                 .batch_norm = true,
                                 .epochs = 10,
                                 .threads = threads};
      EXPECT_LT(mean_loss(train(data, options).model, test), plain + 0.02) << batch;
    }
  }
}

// The objective is convex, so no start is a trap, and noise that dies away is none either.
TEST(Train, ComesFromABadStartThroughNoiseToTheOptimum) {
  const Dataset data = test::random_rows(5000, 20, 0.3, true);
  const auto loss = [&](float init, float noise) {
    const TrainOptions options{.update_rule = Sgd{},
                               .learning_rate = 0.1f,
                               .schedule = Linear{},
                               .gradient_noise = noise,
                               .epochs = 40,
                               .threads = 1,
                               .init = init};
    return mean_loss(train(data, options).model, data);
  };
  const double good = loss(0, 0);
  EXPECT_NEAR(loss(3, 0), good, 0.002 * good);
  EXPECT_NEAR(loss(3, 0.3f), good, 0.002 * good);
}

// A last batch that is short, of one row or two, must not undo what the others made.
TEST(Train, BatchNormBearsAShortLastBatch) {
  const Dataset test = test::random_rows(5'000, 40, 0.2, true, 2);
  const auto loss = [&](Offset rows) {
    const Dataset data = test::random_rows(rows, 40, 0.2, true, 1);
    const TrainOptions options{
        .learning_rate = 0.1f, .batch_size = 64, .batch_norm = true, .epochs = 10, .threads = 1};
    return mean_loss(train(data, options).model, test);
  };
  const double even = loss(640);
  EXPECT_NEAR(loss(641), even, 0.06 * even);
  EXPECT_NEAR(loss(642), even, 0.06 * even);
  EXPECT_THROW(loss(1), DataError);
}

}  // namespace
}  // namespace hogwild
