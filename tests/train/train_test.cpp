#include "hogwild/train/train.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <thread>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/model/file.hpp"
#include "support/datasets.hpp"
#include "support/files.hpp"
#include "support/models.hpp"
#include "support/recorder.hpp"
#include "support/rows.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

std::string bytes_of(const Model& model) {
  const test::TemporaryFolder folder;
  save(model, folder.path("m"));
  return test::contents(folder.path("m"));
}

TEST(Train, LearnsAPlantedModel) {
  const Dataset data = test::random_rows(20'000, 40, 0.2, true, 1);
  const Dataset test = test::random_rows(5'000, 40, 0.2, true, 2);
  const Model truth = test::model_of(
      {.size = 40}, [](Index j) { return static_cast<float>(Random(77, j).normal()); });
  const int cores = static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  for (const int threads : {1, 2, 4}) {
    for (const bool views : {true, false}) {
      const TrainResult result =
          train(data, {.epochs = 5, .threads = threads, .worker_views = views});
      EXPECT_EQ(result.reason, StopReason::epochs);
      EXPECT_TRUE(result.threads == threads ||
                  (views && result.threads == std::min(threads, cores)));
      EXPECT_LT(mean_loss(result.model, test), mean_loss(truth, test) + 0.01);
    }
  }
}

TEST(Train, WithOneThreadGivesTheSameBytesEachTime) {
  const Dataset data = test::random_rows(test::kSanitized ? 800 : 3000, 40, 0.2, false);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for (const auto strategy : {Strategy::hogwild, Strategy::atomic, Strategy::locked}) {
      const TrainOptions options{
          .update_rule = rule, .epochs = 3, .threads = 1, .strategy = strategy};
      EXPECT_EQ(bytes_of(train(data, options).model), bytes_of(train(data, options).model));
    }
  });
  TrainOptions other{.epochs = 3, .threads = 1, .seed = 2};
  EXPECT_NE(bytes_of(train(data, other).model),
            bytes_of(train(data, {.epochs = 3, .threads = 1}).model));
}

TEST(Train, WithOneThreadEveryStrategyAndPlacementIsTheSameRule) {
  const Dataset data = test::random_rows(3000, 40, 0.2, false);
  const auto weights = [&](Strategy strategy, StateHome state) {
    const auto model = train(data, {.state = state, .threads = 1, .strategy = strategy}).model;
    return std::vector<float>(model.weights().begin(), model.weights().end());
  };
  const auto wanted = weights(Strategy::hogwild, StateHome::shared);
  for (const auto strategy : {Strategy::hogwild, Strategy::atomic, Strategy::locked}) {
    for (const auto state : {StateHome::shared, StateHome::per_thread}) {
      EXPECT_EQ(weights(strategy, state), wanted);
    }
  }
}

// Small enough that the last rows' noise does not drown what is compared, even where more threads
// than cores are put to sleep in the middle of a step: momentum at 0.002 was then up to 2 % off.
template <class Rule>
std::optional<float> rate_for(const Rule&) {
  if constexpr (!has_rate<Rule>) return std::nullopt;
  return std::is_same_v<Rule, Momentum> || std::is_same_v<Rule, Nesterov> ||
                 std::is_same_v<Rule, Rmsprop> || std::is_same_v<Rule, Adam>
             ? 0.0005f
         : std::is_same_v<Rule, Sgd> ? 0.01f
                                     : 0.02f;
}

// Every strategy and placement under several threads; ThreadSanitizer watches. Rates are small, so
// that a run has not converged and threads that held back would show.
TEST(Train, OnManyThreadsLosesNothingThatMatters) {
  const std::vector some_threads = test::kSanitized ? std::vector{3} : std::vector{2, 4};
  const Dataset data = test::random_rows(test::kSanitized ? 8'000 : 20'000, 100, 0.1, true, 1);
  const Dataset test = test::random_rows(5'000, 100, 0.1, true, 2);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for (const auto strategy : {Strategy::hogwild, Strategy::atomic, Strategy::locked}) {
      for (const auto state : {StateHome::shared, StateHome::per_thread}) {
        if (state == StateHome::per_thread && !can_be_per_thread<decltype(rule)>) continue;
        TrainOptions options{.update_rule = rule,
                             .learning_rate = rate_for(rule),
                             .state = state,
                             .epochs = 4,
                             .threads = 1,
                             .strategy = strategy};
        const double alone = mean_loss(train(data, options).model, test);
        for (const int threads : some_threads) {
          options.threads = threads;
          EXPECT_NEAR(mean_loss(train(data, options).model, test), alone, 0.05 * alone)
              << rule.kName << " threads " << threads;
        }
      }
    }
  });
}

TEST(Train, WithViewsReachesTheSameLoss) {
  const Dataset data = test::skewed_rows(60'000, true, 1);
  const Dataset test = test::skewed_rows(5'000, true, 2);
  for (const float l2 : {0.0f, 1e-3f}) {
    TrainOptions options{.l2 = l2, .learning_rate = 0.03f, .epochs = 2, .threads = 1};
    const double alone = mean_loss(train(data, options).model, test);
    for (const int threads : {2, 4}) {
      for (const bool views : {true, false}) {
        options.threads = threads;
        options.worker_views = views;
        EXPECT_NEAR(mean_loss(train(data, options).model, test), alone, 0.03 * alone)
            << threads << " threads, views " << views;
      }
    }
  }
}

TEST(Train, L1ZeroesWeightsAndL2ShrinksThem) {
  const Dataset data = test::random_rows(5000, 100, 0.1, true);
  const auto weights = [&](float l1, float l2) {
    const Model model = train(data, {.l1 = l1, .l2 = l2, .epochs = 5, .threads = 1}).model;
    double norm = 0;
    for (const float w : model.weights()) norm += static_cast<double>(w * w);
    return std::pair(std::ranges::count(model.weights(), 0.0f), std::sqrt(norm));
  };
  EXPECT_EQ(weights(0, 0).first, 0);
  EXPECT_GT(weights(0.05f, 0).first, 20);
  EXPECT_EQ(weights(10, 0).first, 100);
  EXPECT_EQ(weights(0, 0.1f).first, 0);
  EXPECT_LT(weights(0, 0.1f).second, 0.5 * weights(0, 0).second);
}

TEST(Train, ReportsEveryEpoch) {
  const Dataset data = test::random_rows(5000, 40, 0.2, true);
  test::Recorder recorder;
  const TrainResult result = train(data,
                                   {.learning_rate = 0.1f,
                                    .schedule = Exponential{.decay = 0.5},
                                    .epochs = 3,
                                    .validation = data,
                                    .threads = 2},
                                   recorder);
  ASSERT_EQ(recorder.epochs.size(), 3u);
  for (std::size_t e = 0; e < 3; ++e) {
    const EpochReport& report = recorder.epochs[e];
    EXPECT_EQ(report.epoch, static_cast<int>(e) + 1);
    EXPECT_EQ(report.rows, data.rows());
    EXPECT_EQ(report.nonzeros, data.nonzeros());
    EXPECT_EQ(report.threads, 2);
    EXPECT_FLOAT_EQ(report.learning_rate, 0.1f * std::pow(0.5f, static_cast<float>(e + 1)));
    ASSERT_TRUE(report.valid_loss.has_value());
    EXPECT_GT(report.train_loss, *report.valid_loss);
    if (e > 0) {
      EXPECT_GE(report.seconds, recorder.epochs[e - 1].seconds);
    }
  }
  EXPECT_NEAR(*recorder.epochs[2].valid_loss, mean_loss(result.model, data), 1e-12);
  EXPECT_EQ(result.best_epoch, 3);
  EXPECT_EQ(result.model.provenance().visits, 3 * data.rows());
}

TEST(Train, KeepsWhatItLearntWhenInterrupted) {
  const Dataset data = test::random_rows(20'000, 40, 0.2, true);
  test::Recorder recorder;
  recorder.stop_after = 2;
  const TrainResult result =
      train(data, {.learning_rate = 0.1f, .epochs = 1'000'000, .threads = 2}, recorder);
  EXPECT_EQ(result.reason, StopReason::interrupted);
  EXPECT_GE(result.epochs.size(), 2u);
  EXPECT_LT(result.epochs.size(), 1'000'000u);
  EXPECT_LT(mean_loss(result.model, data), 0.65);
  EXPECT_GE(result.model.provenance().visits, 2 * data.rows());
}

TEST(Train, SaysWhenItDiverges) {
  const Dataset data = test::random_rows(5000, 40, 0.5, false);
  const TrainResult result = train(data, {.loss = Squared{},
                                          .update_rule = Sgd{},
                                          .learning_rate = 100.0f,
                                          .epochs = 50,
                                          .threads = 1});
  EXPECT_EQ(result.reason, StopReason::diverged);
  EXPECT_LT(result.epochs.size(), 50u);
}

TEST(Train, PassesOnWhatTheObserverThrows) {
  struct BetweenEpochs : TrainObserver {
    void on_epoch(const EpochReport&) override { throw std::runtime_error("enough"); }
  } between;
  struct AmidAnEpoch : TrainObserver {
    void on_progress(const Progress&) override { throw std::runtime_error("enough"); }
  } amid;
  const Dataset data = test::random_rows(1000, 10, 0.5, true);
  EXPECT_THROW(train(data, {.learning_rate = 0.1f, .epochs = 1'000'000}, between),
               std::runtime_error);
  EXPECT_THROW(train(data, {.learning_rate = 0.1f, .epochs = 1'000'000}, amid), std::runtime_error);
}

TEST(Train, RefusesOptionsOutOfRange) {
  const Dataset data = test::random_rows(100, 10, 0.5, true);
  EXPECT_THROW(train(data, {.epochs = 0}), OptionError);
  EXPECT_THROW(train(data, {.threads = -1}), OptionError);
  EXPECT_THROW(train(data, {.learning_rate = -0.1f}), OptionError);
  EXPECT_THROW(train(data, {.learning_rate = std::nanf("")}), OptionError);
  EXPECT_THROW(train(data, {.l1 = -1}), OptionError);
  EXPECT_THROW(train(data, {.l2 = std::nanf("")}), OptionError);
  EXPECT_THROW(train(data, {.schedule = Exponential{.decay = 2}}), OptionError);
  EXPECT_THROW(train(data, {.schedule = Inverse{.decay = -1}}), OptionError);
}

TEST(Train, RefusesLabelsThatDoNotFitTheLoss) {
  EXPECT_THROW(train(test::numbered_rows(5)), DataError);
  EXPECT_NO_THROW(train(test::numbered_rows(5), {.loss = Squared{}, .learning_rate = 0.01f}));
  EXPECT_THROW(train(Dataset()), DataError);
}

TEST(Train, TakesTinyData) {
  for (const Offset rows : {Offset{2}, Offset{3}, Offset{65}}) {
    const Dataset data({.offsets = Array<Offset>(rows + 1, Offset{0}),
                        .indices = {},
                        .values = {},
                        .labels =
                            [&] {
                              Array<float> labels(rows, 1.0f);
                              labels[0] = -1;
                              return labels;
                            }(),
                        .weights = {}},
                       {.size = 0});
    for (const int threads : {1, 8}) {
      const TrainResult result = train(data, {.threads = threads});
      EXPECT_EQ(result.epochs.at(0).rows, rows);
    }
  }
}

// Scaled to what all threads have seen, sums of four threads make steps as small as one's.
TEST(Train, ScalesPerThreadSumsToAllThreads) {
  const Dataset data = test::random_rows(40'000, 30, 0.3, true);
  const auto norm = [&](int threads, StateHome state) {
    const Model model = train(data, {.state = state, .epochs = 2, .threads = threads}).model;
    double sum = 0;
    for (const float w : model.weights()) sum += static_cast<double>(w * w);
    return std::sqrt(sum);
  };
  const double wanted = norm(1, StateHome::shared);
  EXPECT_NEAR(norm(4, StateHome::per_thread), wanted, 0.05 * wanted);
}

TEST(Train, WithDefaultsReachesTheKnownLossOnRealData) {
  const test::TemporaryFolder folder;
  struct Case {
    const char* train;
    const char* test;
    int epochs;
    double loss;
  };
  for (const auto& [train_name, test_name, epochs, loss] :
       {Case{"a9a", "a9a.t", 1, 0.330}, Case{"rcv1.train", "rcv1.test", 5, 0.14}}) {
    const std::string train_path = test::unpacked(folder, train_name);
    const std::string test_path = test::unpacked(folder, test_name);
    HOGWILD_NEED(train_path);
    const Dataset data = read_libsvm(train_path);
    for (const int threads : {1, 2}) {
      const Model model = train(data, {.epochs = epochs, .threads = threads}).model;
      const Dataset test = read_libsvm(test_path, {.features = model.features()});
      EXPECT_LE(*evaluate(model, test).log_loss, loss) << train_name << " threads " << threads;
    }
  }
}

// The mean loss does not change when every row counts tenfold; neither may the penalty's part.
TEST(Train, WeighsThePenaltyAgainstTheWeightsOfTheRows) {
  const Dataset plain = test::random_rows(2000, 10, 0.3, true);
  Dataset::Arrays arrays;
  arrays.offsets.assign(plain.offsets().begin(), plain.offsets().end());
  arrays.indices.assign(plain.indices().begin(), plain.indices().end());
  arrays.labels.assign(plain.labels().begin(), plain.labels().end());
  arrays.weights.assign(plain.rows(), 10.0f);
  const Dataset tenfold(std::move(arrays), {.size = 10});
  const TrainOptions options{.l2 = 0.1f, .epochs = 50, .threads = 1};
  const Model one = train(plain, options).model;
  const Model ten = train(tenfold, options).model;
  for (Index j = 0; j < 10; ++j) EXPECT_NEAR(ten.weights()[j], one.weights()[j], 0.02) << j;
}

TEST(Train, RefusesWhatItCanNotWeigh) {
  const Dataset data = test::random_rows(100, 10, 0.5, true);
  EXPECT_THROW(train(data, {.l1 = 0.1f, .state = StateHome::per_thread}), OptionError);
  EXPECT_THROW(train(data, {.update_rule = Adagrad{.epsilon = 0}}), OptionError);
  const Dataset weightless(
      {.offsets = {0, 0, 0}, .indices = {}, .values = {}, .labels = {1, -1}, .weights = {0, 0}},
      {.size = 1});
  EXPECT_THROW(train(weightless), DataError);
}

TEST(Train, MovesACoordinateOfHugeGradients) {
  Dataset::Arrays arrays{.offsets = {0, 1, 2, 3, 4},
                         .indices = {0, 0, 1, 1},
                         .values = {1e20f, 1e20f, 1, 1},
                         .labels = {1, 1, -1, -1},
                         .weights = {}};
  const Model model = train(Dataset(std::move(arrays), {.size = 2}), {.threads = 1}).model;
  EXPECT_GT(model.weights()[0], 0);
}
TEST(Train, AClassWeightOfThreeIsThreeOfEachRow) {
  const Dataset data = test::random_rows(2000, 10, 0.5, true);
  Array<float> weights;
  for (const float label : data.labels()) weights.push_back(label == 1 ? 3.0f : 1.0f);
  const TrainOptions plain{.learning_rate = 0.1f, .threads = 1};
  TrainOptions weighted = plain;
  weighted.class_weights = {{"1", 3.0f}};
  EXPECT_EQ(test::weights_of(train(data, weighted).model),
            test::weights_of(train(data.with_weights(weights), plain).model));
  EXPECT_GT(train(data, weighted).model.bias(), train(data, plain).model.bias());
}

TEST(Train, StartsAtRandomWhereToldAndStillLearns) {
  const Dataset data = test::random_rows(5000, 20, 0.3, true);
  const auto loss = [&](float init, int epochs) {
    return mean_loss(
        train(
            data,
            {.learning_rate = 0.3f, .epochs = epochs, .stop_after = 1, .threads = 1, .init = init})
            .model,
        data);
  };
  EXPECT_NEAR(loss(1, 1), loss(0, 1), 0.05 * loss(0, 1));
  const auto start = [&](std::uint64_t seed) {
    return test::weights_of(
        train(data, {.learning_rate = 1e-9f, .threads = 1, .seed = seed, .init = 1}).model);
  };
  EXPECT_EQ(start(1), start(1));
  EXPECT_NE(start(1), start(2));
}

}  // namespace
}  // namespace hogwild
