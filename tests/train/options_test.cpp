#include "hogwild/train/options.hpp"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/train/train.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

TEST(TrainOptions, RefusesContradictionsWithTheReason) {
  const Dataset data = test::random_rows(200, 10, 0.5, true);
  const std::vector<std::pair<TrainOptions, const char*>> cases{
      {{.batch_norm = true}, "batch-norm"},
      {{.l2 = 0.1f, .batch_size = 16, .batch_norm = true}, "batch-norm"},
      {{.bias = false, .batch_size = 16, .batch_norm = true}, "no-bias"},
      {{.update_rule = Ftrl{}, .schedule = Linear{}}, "schedule"},
      {{.update_rule = Ftrl{}, .warm_up = 1}, "schedule"},
      {{.update_rule = Ftrl{}, .init = 1}, "init"},
      {{.update_rule = Ftrl{}, .state = StateHome::per_thread}, "state"},
      {{.update_rule = AdaptiveRevision{}, .state = StateHome::per_thread}, "state"},
      {{.update_rule = AdaptiveRevision{}, .average = true}, "average"},
      {{.state = StateHome::per_thread, .average = true}, "average"},
      {{.l2 = 0.1f, .penalty_method = PenaltyMethod::exact, .update_rule = Adam{}}, "penalty"},
      {{.penalty_method = PenaltyMethod::exact, .update_rule = Sgd{}, .schedule = Linear{}},
       "penalty"},
      {{.batch_size = kFullBatch, .strategy = Strategy::atomic}, "strategy"},
      {{.state = StateHome::per_thread, .strategy = Strategy::deterministic}, "state"},
      {{.update_rule = Adadelta{}, .warm_up = 1}, "warm-up"},
      {{.l1 = 0.1f, .update_rule = Ftrl{}, .average = true}, "average"},
      {{.penalty_method = PenaltyMethod::exact}, "penalty"},
      {{.min_delta = 1}, "min-delta"},
      {{.epochs = 2, .stop_after = 3}, "stop-after"},
      {{.schedule = Plateau{}, .refit = true, .validation = data}, "refit"},
      {{.class_weights = {{"1", 2.0f}, {"1", 3.0f}}}, "class-weight"},
      {{.gradient_noise = -1}, "gradient-noise"},
      {{.init = -1}, "init"},
      {{.class_weights = {{"1", -1.0f}}}, "class-weight"},
      {{.class_weights = {{"5", 1.0f}}}, "class-weight"},
      {{.loss = Softmax{}, .one_vs_rest = true}, "one-vs-rest"},
      {{.loss = Squared{}, .one_vs_rest = true}, "one-vs-rest"},
      {{.loss = Softmax{}, .batch_size = 8, .batch_norm = true}, "batch-norm"}};
  for (const auto& [options, option] : cases) {
    try {
      train(data, options);
      ADD_FAILURE() << option << " was not refused";
    } catch (const OptionError& error) {
      EXPECT_EQ(error.option, option) << error.what();
    }
  }
}

TEST(TrainOptions, RefusesWhatNeedsValidationWithoutIt) {
  const Dataset data = test::random_rows(100, 10, 0.5, true);
  EXPECT_THROW(train(data, {.early_stopping = 3}), OptionError);
  EXPECT_THROW(train(data, {.refit = true}), OptionError);
  EXPECT_THROW(train(data, {.schedule = Plateau{}}), OptionError);
  EXPECT_THROW(train(data, {.update_rule = Adadelta{}, .learning_rate = 0.1f}), OptionError);
  EXPECT_THROW(train(data, {.update_rule = Adadelta{}, .schedule = Linear{}}), OptionError);
  EXPECT_THROW(train(data, {.update_rule = Momentum{.gamma = 1}}), OptionError);
  EXPECT_THROW(train(data, {.update_rule = Adam{.beta2 = 1.5f}}), OptionError);
}

}  // namespace
}  // namespace hogwild
