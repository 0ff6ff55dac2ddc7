#include <gtest/gtest.h>

#include "hogwild/core/error.hpp"
#include "hogwild/data/ranking.hpp"
#include "hogwild/train/train.hpp"
#include "support/models.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

using test::random_rows;
using test::weights_of;

TrainOptions by_sgd(int epochs) {
  TrainOptions options;
  options.update_rule = Sgd{};
  options.learning_rate = 0.05f;
  options.epochs = epochs;
  options.order = RowOrder::sequential;
  options.threads = 1;
  return options;
}

TEST(Resume, ARuleWithoutStateGoesOnAsIfItHadNotStopped) {
  const Dataset data = random_rows(500, 20, 0.3, false);
  const Model whole = train(data, by_sgd(4)).model;
  TrainOptions rest = by_sgd(2);
  rest.resume = train(data, by_sgd(2)).model;
  EXPECT_EQ(weights_of(train(data, rest).model), weights_of(whole));
}

TEST(Resume, FeaturesAreMatchedByWhatTheDataCallsThem) {
  const Dataset data = random_rows(500, 20, 0.3, true);
  TrainOptions still = by_sgd(1);
  still.learning_rate = 1e-30f;  // weights stay where they start
  still.resume = train(data, by_sgd(2)).model;
  EXPECT_EQ(weights_of(train(ranked(data), still).model), weights_of(*still.resume));

  // Data that counts its features from 1 has the model's feature 1 as its feature 0. The others
  // are the run's too.
  Dataset::Arrays arrays{{0, 1, 2}, {0, 1}, {}, {1, -1}, {}};
  const Dataset from_one(std::move(arrays), {.size = 2, .index_base = 1});
  const std::vector<float> moved = weights_of(train(from_one, still).model);
  EXPECT_EQ(moved, weights_of(*still.resume));
}

TEST(Resume, AModelOfAnotherKindIsRefused) {
  const Dataset data = random_rows(200, 20, 0.3, true);
  TrainOptions options = by_sgd(1);
  options.resume = train(data, options).model;
  options.loss = Hinge{};
  EXPECT_THROW(train(data, options), OptionError);
  options.loss = Logistic{};
  options.update_rule = Ftrl{};
  EXPECT_THROW(train(data, options), OptionError);
}

}  // namespace
}  // namespace hogwild
