// When a run ends, with which weights, and how its rate goes on until then.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
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
      .learning_rate = 0.5f, .epochs = 200, .early_stopping = 3, .validation = valid, .threads = 1};
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
                                            .validation = valid,
                                            .threads = 2});
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
                       .validation = valid,
                       .threads = 1};
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

TEST(Refit, HasTheEpochsThatWereAskedForOrFoundInTheFoldsOfASmallSet) {
  const Dataset data = overfitted(1), valid = overfitted(2);
  TrainOptions options{.epochs = 30,
                       .early_stopping = 3,
                       .refit = true,
                       .validation = valid,
                       .threads = 1,
                       .keep_state = true};
  const TrainResult found = train(data, options);
  ASSERT_TRUE(found.rate_search);
  EXPECT_GE(found.rate_search->epochs, 1);
  EXPECT_EQ(found.refit_epochs, found.rate_search->epochs);
  TrainOptions resumed = options;
  resumed.resume_state = found.state;
  EXPECT_EQ(train(data, resumed).refit_epochs, found.refit_epochs);
  options.refit_epochs = 5;
  test::Recorder recorder;
  EXPECT_EQ(train(data, options, recorder).refit_epochs, 5);
  EXPECT_EQ(std::ranges::count_if(recorder.epochs, &EpochReport::refit), 5);
  options.refit_epochs = 31;
  EXPECT_THROW(train(data, options), OptionError);
  options.refit_epochs = 5;
  options.refit = false;
  EXPECT_THROW(train(data, options), OptionError);
}

TEST(EarlyStopping, RefitWeighsTheClassesOfTheValidationRowsToo) {
  const Dataset data = overfitted(1), valid = overfitted(2);
  TrainOptions options{.class_weights = {{"1", 5.0f}},
                       .learning_rate = 0.1f,
                       .epochs = 2,
                       .refit = true,
                       .validation = valid,
                       .threads = 1};
  const TrainResult result = train(data, options);
  options.refit = false;
  options.validation.reset();
  options.stop_after = result.best_epoch;
  const Model by_hand = train(concatenate(data, valid), options).model;
  // The weights of both are divided by the mean of other rows.
  for (std::size_t j = 0; j < by_hand.weights().size(); ++j) {
    EXPECT_NEAR(result.model.weights()[j], by_hand.weights()[j], 0.05) << j;
  }
}

TEST(Schedules, RunOverAllEpochsAlsoWhenStoppedBefore) {
  const Dataset data = test::random_rows(1000, 10, 0.5, true);
  const TrainResult result = train(
      data,
      {.learning_rate = 0.1f, .schedule = Linear{}, .epochs = 10, .stop_after = 5, .threads = 1});
  ASSERT_EQ(result.epochs.size(), 5u);
  EXPECT_FLOAT_EQ(result.epochs.back().learning_rate, 0.05f);
}

TEST(Schedules, WarmUpRisesFromNothing) {
  const Dataset data = test::random_rows(1000, 10, 0.5, true);
  const TrainResult result =
      train(data, {.learning_rate = 0.1f, .warm_up = 4, .epochs = 6, .threads = 1});
  EXPECT_FLOAT_EQ(result.epochs[0].learning_rate, 0.025f);
  EXPECT_FLOAT_EQ(result.epochs[1].learning_rate, 0.05f);
  EXPECT_FLOAT_EQ(result.epochs[5].learning_rate, 0.1f);
}

TEST(Schedules, PlateauLowersTheRateWhenTheLossStaysUp) {
  const Dataset data = overfitted(1), valid = overfitted(2);
  const TrainResult result = train(data, {.learning_rate = 0.5f,
                                          .schedule = Plateau{.decay = 0.5, .threshold = 0.01},
                                          .epochs = 30,
                                          .validation = valid,
                                          .threads = 1});
  double rate = 0.5;
  for (std::size_t e = 1; e < result.epochs.size(); ++e) {
    EXPECT_FLOAT_EQ(result.epochs[e].learning_rate, static_cast<float>(rate)) << e;
    if (*result.epochs[e].valid_loss >= 0.99 * *result.epochs[e - 1].valid_loss) rate *= 0.5;
  }
  EXPECT_LT(rate, 0.1);
}

// Squared loss at a rate that makes the weights grow without end.
TEST(Divergence, RestoresTheModelOfTheLastGoodEpoch) {
  const Dataset data = test::random_rows(500, 10, 1.1, false);
  const TrainOptions calm{
      .loss = Squared{}, .update_rule = Sgd{}, .learning_rate = 0.01f, .epochs = 2, .threads = 1};
  TrainOptions wild = calm;
  wild.epochs = 10;
  wild.schedule = Steps{{{2, 500}}};
  const TrainResult result = train(data, wild);
  EXPECT_EQ(result.reason, StopReason::diverged);
  ASSERT_EQ(result.epochs.size(), 2u);
  const Model wanted = train(data, calm).model;
  EXPECT_TRUE(std::ranges::equal(result.model.weights(), wanted.weights()));
}

TEST(Divergence, InTheFirstEpochLeavesTheStart) {
  const Dataset data = test::random_rows(500, 10, 1.1, false);
  const TrainResult result =
      train(data, {.loss = Squared{}, .update_rule = Sgd{}, .learning_rate = 50.0f, .epochs = 3});
  EXPECT_EQ(result.reason, StopReason::diverged);
  EXPECT_TRUE(result.epochs.empty());
  for (const float w : result.model.weights()) EXPECT_EQ(w, 0);
}

// Ordered by label: what the first rows alone would lose at the start says nothing of the others.
TEST(Divergence, IsJudgedByRowsFromAllOverTheData) {
  Dataset::Arrays arrays;
  for (Offset i = 0; i < 2400; ++i) {
    arrays.indices.push_back(i < 1200 ? 0 : 1);
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(i < 1200 ? 0.0f : 3.0f);
  }
  const Dataset data(std::move(arrays), {.size = 2});
  EXPECT_EQ(train(data, {.loss = Squared{}, .epochs = 3}).reason, StopReason::epochs);
}

// The weights of the last epoch are not finite: there is still the model of the one before.
TEST(Divergence, InTheLastEpochLeavesTheOneBefore) {
  Dataset::Arrays arrays{.offsets = {0, 1, 2, 3},
                         .indices = {0, 0, 1},
                         .values = {1, 1, 1e30f},
                         .labels = {1, -1, 1},
                         .weights = {}};
  const TrainResult result =
      train(Dataset(std::move(arrays), {.size = 2}), {.bias = false,
                                                      .update_rule = Sgd{},
                                                      .learning_rate = 1e10f,
                                                      .threads = 1,
                                                      .order = RowOrder::sequential});
  EXPECT_EQ(result.reason, StopReason::diverged);
  EXPECT_TRUE(result.epochs.empty());
  EXPECT_EQ(result.model.features().size, 2u);
}

// A loss that is finite comes before steps that are not: no epoch goes on from these.
TEST(Divergence, InAnyEpochLeavesTheOneBefore) {
  Dataset::Arrays arrays;
  for (int i = 0; i < 300; ++i) {
    arrays.indices.push_back(i < 299 ? 0 : 1);
    arrays.values.push_back(i < 299 ? 1 : 3e38f);
    arrays.labels.push_back(i < 299 ? 1.0f : -1.0f);
    arrays.offsets.push_back(arrays.indices.size());
  }
  const TrainResult result =
      train(Dataset(std::move(arrays), {.size = 2}), {.scale = Scale::none,
                                                      .update_rule = Sgd{},
                                                      .learning_rate = 3.0f,
                                                      .epochs = 2,
                                                      .threads = 1,
                                                      .order = RowOrder::sequential});
  EXPECT_EQ(result.reason, StopReason::diverged);
  for (const float weight : result.model.weights()) EXPECT_TRUE(std::isfinite(weight));
  EXPECT_TRUE(std::isfinite(result.model.bias()));
}

// A loss that is finite but ten times that of the start ends a run too.
TEST(Divergence, IsALossTenTimesThatOfTheStart) {
  const Dataset data = test::random_rows(500, 10, 1.1, false);
  const TrainResult result = train(data, {.update_rule = Sgd{}, .learning_rate = 1000.0f});
  EXPECT_EQ(result.reason, StopReason::diverged);
}

}  // namespace
}  // namespace hogwild
