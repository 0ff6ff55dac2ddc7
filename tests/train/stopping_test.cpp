// When a run ends, with which weights, and how its rate goes on until then.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "support/recorder.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

// Few rows of many features: a model that learns them by heart.
Dataset overfitted(std::uint64_t seed) {
  return test::random_rows(150, 200, 0.2, true, seed);
}

TEST(EarlyStopping, KeepsTheBestWeightsNotTheLast) {
  const Dataset data = overfitted(1), valid = overfitted(2);
  const TrainOptions options{
      .learning_rate = 0.5f, .epochs = 200, .early_stopping = 3, .threads = 1, .validation = valid};
  const TrainResult result = train(data, options);
  EXPECT_EQ(result.reason, StopReason::early_stopping);
  ASSERT_EQ(result.epochs.size(), static_cast<std::size_t>(result.best_epoch) + 3);
  double best = 1e9;
  for (const EpochReport& report : result.epochs) best = std::min(best, *report.valid_loss);
  EXPECT_EQ(*result.epochs[static_cast<std::size_t>(result.best_epoch) - 1].valid_loss, best);
  EXPECT_EQ(mean_loss(result.model, valid), best);
  EXPECT_GT(*result.epochs.back().valid_loss, best);
}

TEST(EarlyStopping, WorksWithEveryRule) {
  const Dataset data = overfitted(1), valid = overfitted(2);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    const TrainResult result = train(data, {.update_rule = rule,
                                            .epochs = 30,
                                            .early_stopping = 2,
                                            .threads = 2,
                                            .validation = valid});
    double best = 1e9;
    for (const EpochReport& report : result.epochs) best = std::min(best, *report.valid_loss);
    EXPECT_EQ(mean_loss(result.model, valid), best) << rule.kName;
  });
}

TEST(Refit, LearnsFromAllRowsForTheBestNumberOfEpochs) {
  const Dataset data = overfitted(1), valid = overfitted(2);
  TrainOptions options{.learning_rate = 0.5f,
                       .schedule = Linear{},
                       .epochs = 100,
                       .early_stopping = 3,
                       .refit = true,
                       .threads = 1,
                       .validation = valid};
  test::Recorder recorder;
  const TrainResult result = train(data, options, recorder);
  EXPECT_EQ(result.reason, StopReason::early_stopping);
  const auto again = std::ranges::count_if(recorder.epochs, &EpochReport::refit);
  EXPECT_EQ(again, result.best_epoch);
  EXPECT_EQ(recorder.epochs.back().rows, data.rows() + valid.rows());
  // The same as a run on all rows that ends there.
  const Model by_hand = train(concatenate(data, valid), {.learning_rate = 0.5f,
                                                         .schedule = Linear{},
                                                         .epochs = 100,
                                                         .stop_after = result.best_epoch,
                                                         .threads = 1})
                            .model;
  EXPECT_TRUE(std::ranges::equal(result.model.weights(), by_hand.weights()));
}

TEST(Schedules, RunOverAllEpochsAlsoWhenStoppedBefore) {
  const Dataset data = test::random_rows(1000, 10, 0.5, true);
  const TrainResult result =
      train(data, {.schedule = Linear{}, .epochs = 10, .stop_after = 5, .threads = 1});
  ASSERT_EQ(result.epochs.size(), 5u);
  EXPECT_FLOAT_EQ(result.epochs.back().learning_rate, 0.05f);
}

TEST(Schedules, WarmUpRisesFromNothing) {
  const Dataset data = test::random_rows(1000, 10, 0.5, true);
  const TrainResult result = train(data, {.warm_up = 4, .epochs = 6, .threads = 1});
  EXPECT_FLOAT_EQ(result.epochs[0].learning_rate, 0.025f);
  EXPECT_FLOAT_EQ(result.epochs[1].learning_rate, 0.05f);
  EXPECT_FLOAT_EQ(result.epochs[5].learning_rate, 0.1f);
}

TEST(Schedules, PlateauLowersTheRateWhenTheLossStaysUp) {
  const Dataset data = overfitted(1), valid = overfitted(2);
  const TrainResult result = train(data, {.learning_rate = 0.5f,
                                          .schedule = Plateau{.decay = 0.5, .threshold = 0.01},
                                          .epochs = 30,
                                          .threads = 1,
                                          .validation = valid});
  double rate = 0.5;
  for (std::size_t e = 1; e < result.epochs.size(); ++e) {
    EXPECT_FLOAT_EQ(result.epochs[e].learning_rate, static_cast<float>(rate)) << e;
    if (*result.epochs[e].valid_loss >= 0.99 * *result.epochs[e - 1].valid_loss) rate *= 0.5;
  }
  EXPECT_LT(rate, 0.1);
}

}  // namespace
}  // namespace hogwild
