#include "hogwild/report/landscape.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "hogwild/train/train.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

const std::vector<std::uint64_t> kSizes{1, 16, kFullBatch};

TEST(Fluctuation, FewerRowsAStepGoUpMoreOften) {
  TrainOptions options;
  options.learning_rate = 0.5f;
  const auto runs = fluctuations(test::random_rows(400, 20, 0.4, true), options, kSizes, 60);
  ASSERT_EQ(runs.size(), 3u);
  EXPECT_GT(runs[0].rise(), runs[1].rise());
  EXPECT_GT(runs[1].rise(), 0.01);
  EXPECT_EQ(runs[2].rise(), 0);
  for (const Fluctuation& run : runs) {
    EXPECT_EQ(run.losses.size(), 61u);
    EXPECT_NEAR(run.losses.front(), std::log(2.0), 1e-6);
    EXPECT_LT(run.losses.back(), run.losses.front());
    EXPECT_EQ(run.learning_rate, runs[0].learning_rate);
  }
}

TEST(Fluctuation, AllRowsAStepIsARunOfFullBatches) {
  const Dataset data = test::random_rows(200, 20, 0.4, false);
  TrainOptions options;
  options.learning_rate = 0.5f;
  const auto run = fluctuations(data, options, std::vector{kFullBatch}, 10).at(0);
  options.update_rule = Sgd{};
  options.batch_size = kFullBatch;
  options.epochs = 10;
  options.threads = 1;
  const TrainResult whole = train(data, options);
  for (std::size_t k = 0; k < 10; ++k) {
    EXPECT_NEAR(run.losses[k], whole.epochs[k].train_loss, 1e-6);  // before the step
  }
}

TEST(Fluctuation, IsAFunctionOfDataAndSeed) {
  const Dataset data = test::random_rows(200, 20, 0.4, true);
  TrainOptions options;
  const std::vector<std::uint64_t> one{1};
  const auto run = [&] { return fluctuations(data, options, one, 20).at(0).losses; };
  const auto first = run();
  EXPECT_EQ(run(), first);
  options.seed = 2;
  EXPECT_NE(run(), first);
}

TEST(Fluctuation, HasACurveForEach) {
  const std::vector<Fluctuation> runs{{1, 0.1f, {1, 2, 1.5}}, {kFullBatch, 0.1f, {1, 0.5, 0.25}}};
  EXPECT_EQ(runs[0].rise(), 2);
  const Chart chart = chart_of(runs);
  ASSERT_EQ(chart.curves.size(), 2u);
  EXPECT_EQ(chart.curves[0].name, "one row in each");
  EXPECT_EQ(chart.curves[1].name, "all rows in each");
  EXPECT_EQ(chart.curves[0].x, (std::vector<double>{0, 1, 2}));
  EXPECT_EQ(chart.curves[1].y, runs[1].losses);
}

}  // namespace
}  // namespace hogwild
