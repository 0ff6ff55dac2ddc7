#include "hogwild/lab/scale.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/report/report.hpp"
#include "hogwild/train/train.hpp"
#include "support/files.hpp"
#include "support/rows.hpp"

namespace hogwild::lab {
namespace {

const ScalePlan kPlan{.threads = {1, 2, 4}, .rounds = 3};
const ScalePlan kOne{.threads = {1}, .rounds = 2};

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
  const auto points = measure_scaling(data, {.epochs = 2, .validation = valid}, kPlan, observer);
  EXPECT_EQ(observer.epochs(), 2 * (1 + 3 * 3));  // a warm-up, then rounds
  ASSERT_EQ(points.size(), kPlan.threads.size());
  for (std::size_t k = 0; k < points.size(); ++k) {
    const ScalePoint& point = points[k];
    EXPECT_EQ(point.threads, kPlan.threads[k]);
    EXPECT_GE(point.threads_seen, 1);
    EXPECT_LE(point.threads_seen, point.threads);
    EXPECT_EQ(point.seconds.size(), 3u);
    EXPECT_LE(point.least_seconds(), point.median_seconds());
    EXPECT_GE(point.most_seconds(), point.median_seconds());
    const double nonzeros = 2 * static_cast<double>(data.nonzeros());
    EXPECT_NEAR(point.nonzeros_per_second * point.median_seconds(), nonzeros, 1e-6 * nonzeros);
    EXPECT_NEAR(point.speedup, points[0].median_seconds() / point.median_seconds(), 1e-9);
    EXPECT_NEAR(point.efficiency, point.speedup / point.threads, 1e-9);
    EXPECT_NEAR(point.loss, points[0].loss, 0.1 * points[0].loss);  // threads may be preempted
  }
  EXPECT_EQ(points[0].speedup, 1);
}

TEST(Scale, IsTheLossThatTrainingReaches) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  const TrainOptions options{.learning_rate = 0.1f,
                             .epochs = 2,
                             .validation = test::random_rows(1000, 40, 0.2, true, 2),
                             .threads = 1};
  TrainObserver silent;
  const auto points = measure_scaling(data, options, kOne, silent);
  EXPECT_DOUBLE_EQ(points.at(0).loss, *train(data, options).epochs.back().valid_loss);
}

TEST(Scale, KeepsTheRoundsThatWereFinished) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  const TrainOptions options{.learning_rate = 0.1f, .validation = data};
  Counting in_the_second(1 + 3 + 1);
  const auto one = measure_scaling(data, options, kPlan, in_the_second);
  ASSERT_EQ(one.size(), kPlan.threads.size());
  EXPECT_EQ(one[0].seconds.size(), 1u);
  Counting at_once(0);
  EXPECT_TRUE(measure_scaling(data, options, kPlan, at_once).empty());
}

TEST(Scale, SaysThatARunDiverged) {
  const Dataset data = test::random_rows(3000, 40, 0.2, false, 1);
  TrainObserver silent;
  const TrainOptions options{.loss = Squared{}, .learning_rate = 10.0f, .validation = data};
  ScalePlan plan = kOne;
  plan.rules = {Sgd{}};
  const auto points = measure_scaling(data, options, plan, silent);
  ASSERT_EQ(points.size(), 1u);
  EXPECT_TRUE(std::isinf(points[0].loss));
  EXPECT_NE(json_line(points[0]).find("\"loss\":null"), std::string::npos);
}

TEST(Scale, SetsRulesAndWaysOfSharingBesideEachOther) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  TrainOptions options{.learning_rate = 0.05f, .validation = data};
  TrainObserver silent;
  ScalePlan plan{.rules = {Sgd{}, Adagrad{}}, .sharings = {}, .threads = {1, 2}, .rounds = 2};
  for (const Sharing sharing : {Sharing::hogwild, Sharing::plain, Sharing::atomic, Sharing::locked,
                                Sharing::per_thread, Sharing::deterministic, Sharing::averaged}) {
    EXPECT_EQ(sharing_named(name_of(sharing)), sharing);
    plan.sharings.push_back(sharing);
  }
  const auto points = measure_scaling(data, options, plan, silent);
  ASSERT_EQ(points.size(), 2u * 7u * 2u);
  for (std::size_t k = 0; k < points.size(); ++k) {
    EXPECT_EQ(points[k].rule, k < 14 ? "sgd" : "adagrad");
    EXPECT_EQ(points[k].sharing, plan.sharings[k / 2 % 7]);
    EXPECT_EQ(points[k].threads, k % 2 == 0 ? 1 : 2);
    EXPECT_NEAR(points[k].loss, points[k < 14 ? 0 : 14].loss, 0.1 * points[0].loss);
    EXPECT_EQ(points[k].seconds.size(), 2u);
  }
  EXPECT_EQ(points[0].speedup, 1);
  EXPECT_EQ(points[2].speedup, 1);  // over its own first number of threads
}

TEST(Scale, LearnsTextAsItIsReadAsWell) {
  const test::TemporaryFolder folder;
  std::string text;
  for (int i = 0; i < 3000; ++i) {
    text += (i % 3 == 0 ? "1 1:1 3:1 " : "-1 2:1 3:1 ") + std::to_string(4 + i % 50) + ":1\n";
  }
  const std::string path = folder.write("rows.svm", text);
  const Dataset data = read_libsvm(path);
  TrainObserver silent;
  ScalePlan plan{.sharings = {Sharing::hogwild, Sharing::streamed}, .threads = {2}, .rounds = 1};
  const TrainOptions options{.learning_rate = 0.1f, .validation = data};
  EXPECT_THROW(measure_scaling(data, options, plan, silent), OptionError);
  plan.text.emplace(std::vector{path}, ReadOptions{});
  const auto points = measure_scaling(data, options, plan, silent);
  ASSERT_EQ(points.size(), 2u);
  EXPECT_NEAR(points[1].loss, points[0].loss, 0.02);
}

TEST(Scale, AddsEpochsUntilARunIsLongEnough) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  TrainObserver silent;
  ScalePlan plan = kOne;
  plan.least_seconds = 0.05;
  const TrainOptions options{.learning_rate = 0.1f, .validation = data};
  EXPECT_GT(measure_scaling(data, options, plan, silent).at(0).epochs, 1);
}

TEST(Scale, RefusesARuleThatDoesNotGoWithAWayOfSharing) {
  const Dataset data = test::random_rows(100, 10, 0.5, true);
  TrainObserver silent;
  ScalePlan plan = kOne;
  plan.rules = {Ftrl{}};
  plan.sharings = {Sharing::hogwild, Sharing::per_thread};
  EXPECT_THROW(measure_scaling(data, {.validation = data}, plan, silent), OptionError);
}

TEST(Machine, IsDescribed) {
  const Machine machine = this_machine();
  EXPECT_GE(machine.cores, 1);
  EXPECT_GE(machine.numa_nodes, 1);
  if (machine.cores > 1) {
    EXPECT_LE(machine.line_transfers.size(), 128u);
    for (const auto& transfer : machine.line_transfers) {
      EXPECT_LT(transfer.first, transfer.second);
      EXPECT_GT(transfer.seconds, 0);
    }
  }
  const Machine known{.processor = "P",
                      .clock_hz = 2.5e9,
                      .cores = 2,
                      .line_transfers = {{.first = 0, .second = 1, .seconds = 5e-8}}};
  EXPECT_EQ(
      json_line(known),
      R"({"event":"machine","processor":"P","clock_hz":2500000000.0,"cores":2,"numa_nodes":1,)"
      R"("line_transfers":[{"cores":[0,1],"seconds":5e-08}]})");
  EXPECT_EQ(in_words(known),
            "P, 2 cores at 2.5 GHz, 1 NUMA node; a cache line takes 50 to 50 ns from core to core");
}

TEST(Scale, NeedsRowsToValidateOn) {
  TrainObserver silent;
  EXPECT_THROW(measure_scaling(test::random_rows(100, 10, 0.5, true), {}, kPlan, silent),
               OptionError);
}

TEST(Scale, IsTold) {
  const std::vector<ScalePoint> points{{.rule = "sgd",
                                        .threads = 1,
                                        .threads_seen = 1,
                                        .seconds = {2, 1},
                                        .speedup = 1,
                                        .efficiency = 1},
                                       {.rule = "sgd",
                                        .sharing = Sharing::plain,
                                        .learning_rate = 0.5f,
                                        .epochs = 2,
                                        .threads = 4,
                                        .threads_seen = 3,
                                        .seconds = {0.5},
                                        .speedup = 3,
                                        .efficiency = 0.75}};
  EXPECT_EQ(points[0].median_seconds(), 1.5);
  EXPECT_EQ(
      json_line(points[1]),
      R"({"event":"scale","optimizer":"sgd","strategy":"plain","learning_rate":0.5,"epochs":2,)"
      R"("threads":4,"threads_seen":3,"rounds":[0.5],"seconds":0.5,"least":0.5,"most":0.5,)"
      R"("nonzeros_per_second":0.0,"speedup":3.0,"efficiency":0.75,"loss":0.0,)"
      R"("own_weights":0.0})");
  const std::string text = table(points);
  EXPECT_EQ(std::ranges::count(text, '\n'), 3);
  EXPECT_NE(text.find("(1.000 - 2.000)"), std::string::npos) << text;
}

}  // namespace
}  // namespace hogwild::lab
