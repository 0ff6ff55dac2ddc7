#include "hogwild/train/scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "hogwild/core/error.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/train/train.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

constexpr std::array kThreads{1, 2, 4};

// Counts the epochs it hears of, and asks to stop when there have been enough.
class Counting : public TrainObserver {
 public:
  explicit Counting(int enough) : enough_(enough) {}
  void on_epoch(const EpochReport&) override { ++epochs_; }
  bool stop_requested() override { return epochs_ >= enough_; }
  int epochs() const { return epochs_; }

 private:
  int enough_;
  int epochs_ = 0;
};

TEST(Scale, MeasuresEachNumberOfThreadsAsOftenAsAsked) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  const Dataset valid = test::random_rows(1000, 40, 0.2, true, 2);
  Counting observer(1000);
  const auto points =
      measure_scaling(data, {.epochs = 2, .validation = valid}, kThreads, 3, observer);
  EXPECT_EQ(observer.epochs(), 2 * (1 + 3 * 3));  // a warm-up, then rounds
  ASSERT_EQ(points.size(), kThreads.size());
  for (std::size_t k = 0; k < points.size(); ++k) {
    const ScalePoint& point = points[k];
    EXPECT_EQ(point.threads, kThreads[k]);
    EXPECT_GE(point.threads_seen, 1);
    EXPECT_LE(point.threads_seen, point.threads);
    EXPECT_EQ(point.seconds.size(), 3u);
    EXPECT_TRUE(std::ranges::is_sorted(point.seconds));
    const double nonzeros = 2 * static_cast<double>(data.nonzeros());
    EXPECT_NEAR(point.nonzeros_per_second * point.median_seconds(), nonzeros, 1e-6 * nonzeros);
    EXPECT_NEAR(point.speedup, points[0].median_seconds() / point.median_seconds(), 1e-9);
    EXPECT_NEAR(point.efficiency, point.speedup / point.threads, 1e-9);
    EXPECT_NEAR(point.loss, points[0].loss, 0.05 * points[0].loss);
  }
  EXPECT_EQ(points[0].speedup, 1);
}

TEST(Scale, IsTheLossThatTrainingReaches) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  const TrainOptions options{.learning_rate = 0.1f,
                             .epochs = 2,
                             .threads = 1,
                             .validation = test::random_rows(1000, 40, 0.2, true, 2)};
  TrainObserver silent;
  const std::array one{1};
  const auto points = measure_scaling(data, options, one, 2, silent);
  EXPECT_DOUBLE_EQ(points.at(0).loss, *train(data, options).epochs.back().valid_loss);
}

TEST(Scale, KeepsTheRoundsThatWereFinished) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  const TrainOptions options{.learning_rate = 0.1f, .validation = data};
  Counting in_the_second(1 + 3 + 1);
  const auto one = measure_scaling(data, options, kThreads, 5, in_the_second);
  ASSERT_EQ(one.size(), kThreads.size());
  EXPECT_EQ(one[0].seconds.size(), 1u);
  Counting at_once(0);
  EXPECT_TRUE(measure_scaling(data, options, kThreads, 5, at_once).empty());
}

TEST(Scale, SaysThatARunDiverged) {
  const Dataset data = test::random_rows(3000, 40, 0.2, false, 1);
  TrainObserver silent;
  const std::array one{1};
  const TrainOptions options{
      .loss = Squared{}, .update_rule = Sgd{}, .learning_rate = 10.0f, .validation = data};
  const auto points = measure_scaling(data, options, one, 2, silent);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_TRUE(std::isinf(points[0].loss));
  EXPECT_NE(json_line(points[0]).find("\"loss\":null"), std::string::npos);
}

TEST(Scale, NeedsRowsToValidateOn) {
  TrainObserver silent;
  EXPECT_THROW(measure_scaling(test::random_rows(100, 10, 0.5, true), {}, kThreads, 1, silent),
               OptionError);
}

TEST(Scale, IsTold) {
  const std::vector<ScalePoint> points{
      {.threads = 1, .threads_seen = 1, .seconds = {1, 2}, .speedup = 1, .efficiency = 1},
      {.threads = 4, .threads_seen = 3, .seconds = {0.5}, .speedup = 3, .efficiency = 0.75}};
  EXPECT_EQ(points[0].median_seconds(), 1.5);
  EXPECT_EQ(json_line(points[1]),
            R"({"event":"scale","threads":4,"threads_seen":3,"rounds":1,"seconds":0.5,)"
            R"("nonzeros_per_second":0.0,"speedup":3.0,"efficiency":0.75,"loss":0.0})");
  const std::string text = table(points);
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
  EXPECT_NE(text.find("(1.000 - 2.000)"), std::string::npos) << text;
}

}  // namespace
}  // namespace hogwild
