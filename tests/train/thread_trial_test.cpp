#include "train/search.hpp"

#include <gtest/gtest.h>

#include <thread>
#include <vector>

#include "hogwild/train/train.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

class TrialRecorder : public TrainObserver {
 public:
  void on_threads(const ThreadTrial& trial) override { trials.push_back(trial); }
  std::vector<ThreadTrial> trials;
};

TEST(ThreadTrial, IsOfLongRunsWhoseThreadsAreLeftOpen) {
  const Dataset data = test::skewed_rows(2000, true);
  TrainOptions options{.learning_rate = 0.1f, .epochs = 5000};
  const bool cores = std::thread::hardware_concurrency() > 1;
  EXPECT_EQ(is_worth_measuring(data, options), cores);
  options.threads = 2;
  EXPECT_FALSE(is_worth_measuring(data, options));
  options.threads = 0;
  options.epochs = 1;
  EXPECT_FALSE(is_worth_measuring(data, options));
  options.epochs = 5000;
  options.stop_after = 1;
  EXPECT_FALSE(is_worth_measuring(data, options));
}

TEST(ThreadTrial, IsNotOfRowsWithoutWeight) {
  Dataset::Arrays arrays = test::skewed_rows(2000, true).take_arrays();
  arrays.weights.assign(2000, 0.0f);
  const Dataset data(std::move(arrays), test::skewed_rows(1, true).features());
  EXPECT_FALSE(is_worth_measuring(data, {.learning_rate = 0.1f, .epochs = 5000}));
}

TEST(ThreadTrial, TakesMoreThreadsOnlyIfTheyWereFaster) {
  const Dataset data = test::skewed_rows(2000, true);
  const ThreadTrial found = measure_threads(data, {.learning_rate = 0.1f, .epochs = 100});
  ASSERT_FALSE(found.trials.empty());
  EXPECT_EQ(found.trials.front().threads, 1);
  double chosen = 0, alone = found.trials.front().nonzeros_per_second;
  for (const auto& [threads, speed] : found.trials) {
    if (threads == found.threads) chosen = speed;
  }
  EXPECT_GE(chosen, alone);
}

TEST(ThreadTrial, LeavesOutWhatOnlyTheRunStopsBy) {
  const Dataset data = test::skewed_rows(2000, true);
  const ThreadTrial found = measure_threads(data, {.learning_rate = 0.1f,
                                                   .epochs = 100,
                                                   .early_stopping = 3,
                                                   .min_delta = 0.001,
                                                   .refit = true,
                                                   .refit_epochs = 2,
                                                   .validation = data});
  EXPECT_FALSE(found.trials.empty());
}

TEST(ThreadTrial, IsToldOnceAndUsedByTheRun) {
  if (std::thread::hardware_concurrency() == 1) GTEST_SKIP() << "there is one core";
  const Dataset data = test::skewed_rows(300, true);
  TrialRecorder recorder;
  const TrainResult result =
      train(data, {.learning_rate = 0.01f, .epochs = 200, .threads = 0}, recorder);
  ASSERT_EQ(recorder.trials.size(), 1u);
  EXPECT_EQ(result.threads, recorder.trials[0].threads);
  train(data, {.learning_rate = 0.01f, .epochs = 200, .threads = 2}, recorder);
  EXPECT_EQ(recorder.trials.size(), 1u);
}

}  // namespace
}  // namespace hogwild
