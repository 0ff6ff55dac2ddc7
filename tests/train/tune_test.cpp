#include "hogwild/train/tune.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/ranking.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "support/recorder.hpp"
#include "support/rows.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

TEST(FindRate, IsAsGoodAsTheBestOfAGrid) {
  const Dataset data = test::random_rows(10'000, 60, 0.2, false, 1);
  const Dataset test = test::random_rows(5'000, 60, 0.2, false, 2);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    if (!has_rate<decltype(rule)>) return;
    TrainOptions options{.update_rule = rule, .epochs = 2, .threads = 1};
    double best = 1e9;
    for (const float times : {1e-3f, 1e-2f, 0.1f, 1.0f, 10.0f, 100.0f}) {
      if (test::kSanitized && (times < 0.1f || times > 10)) continue;
      options.learning_rate = rule.kDefaultRate * times;
      const TrainResult result = train(data, options);
      if (result.reason == StopReason::epochs) {
        best = std::min(best, mean_loss(result.model, test));
      }
    }
    options.learning_rate.reset();
    const TrainResult found = train(data, options);
    EXPECT_LT(mean_loss(found.model, test), 1.01 * best) << rule.kName;
    ASSERT_TRUE(found.rate_search.has_value());
    EXPECT_GE(found.rate_search->trials.size(), 3u);
    EXPECT_EQ(found.learning_rate, found.rate_search->rate);
  });
}

// Few of 300 features, most of them rare, and few positive rows.
Dataset rare_rows(Offset rows, std::uint64_t seed) {
  Dataset::Arrays arrays;
  for (Offset i = 0; i < rows; ++i) {
    Random random(seed, i);
    double margin = -5;
    for (Index j = 0; j < 300; ++j) {
      if (random.uniform() >= 0.004 + 0.25 / std::pow(1 + j, 0.8)) continue;
      arrays.indices.push_back(j);
      margin += Random(77, j).normal();
    }
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(random.uniform() < 1 / (1 + std::exp(-margin)) ? 1.0f : -1.0f);
  }
  return Dataset(std::move(arrays), {.size = 300});
}

TEST(FindRate, TriesAveragesUnderEarlyStopping) {
  const Dataset data = rare_rows(4'000, 1);
  TrainOptions options{.epochs = 50,
                       .early_stopping = 3,
                       .refit = true,
                       .validation = rare_rows(1500, 2),
                       .threads = 1};
  const TrainResult found = train(data, options);
  ASSERT_TRUE(found.rate_search);
  EXPECT_TRUE(found.rate_search->averaged);
  options.find_average = false;
  const TrainResult last = train(data, options);
  EXPECT_FALSE(last.rate_search->averaged);
  const auto best_loss = [](const TrainResult& result) {
    return *result.epochs[static_cast<std::size_t>(result.best_epoch) - 1].valid_loss;
  };
  EXPECT_LT(best_loss(found), best_loss(last));
}

TEST(FindRate, GoesOnWithAverages) {
  TrainOptions options{.epochs = 8,
                       .early_stopping = 8,
                       .validation = rare_rows(1500, 2),
                       .threads = 1,
                       .keep_state = true};
  const Dataset data = rare_rows(4'000, 1);
  const TrainResult whole = train(data, options);
  ASSERT_TRUE(whole.rate_search->averaged);
  options.stop_after = 4;
  const TrainResult half = train(data, options);
  options.stop_after = 0;
  options.resume_state = half.state;
  const TrainResult rest = train(data, options);
  EXPECT_TRUE(std::ranges::equal(rest.model.weights(), whole.model.weights()));
}

// Rows whose values are so many times as large.
Dataset rows_times(double times, bool noise_labels = false) {
  Dataset::Arrays arrays = test::random_rows(4000, 20, 0.4, false).take_arrays();
  for (float& value : arrays.values) value *= static_cast<float>(times);
  for (std::size_t i = 0; noise_labels && i < arrays.labels.size(); ++i) {
    arrays.labels[i] = Random(5, i).uniform() < 0.3 ? 1.0f : -1.0f;
  }
  return Dataset(std::move(arrays), {.size = 20});
}

TEST(FindRate, NeverEndsAtAnEdge) {
  for (const double times : {1e-12, 1e-6, 1e-3, 1.0, 1e3, 1e6, 1e12}) {
    for (const AnyUpdateRule& rule : {AnyUpdateRule(Adagrad{}), AnyUpdateRule(Sgd{})}) {
      TrainOptions options{.scale = Scale::none,
                           .bias = false,
                           .update_rule = rule,
                           .epochs = 2,
                           .threads = 1};  // a bias is of scale 1
      const RateSearch search = find_rate(rows_times(times), options);
      const auto best = std::ranges::min_element(search.trials, {}, &RateTrial::loss);
      EXPECT_NE(best, search.trials.begin()) << times << " " << name_of(rule);
      EXPECT_LT(best->loss, 0.62) << times << " " << name_of(rule);
      EXPECT_TRUE(search.doubt.empty()) << search.doubt;
    }
  }
}

TEST(FindRate, SaysWhereNoRateLearnsAnything) {
  const auto doubt = [](const Dataset& rows, const TrainOptions& options = {.threads = 1}) {
    const RateSearch search = find_rate(rows, options);
    EXPECT_TRUE(search.base_loss.has_value());
    return search.doubt;
  };
  EXPECT_EQ(doubt(rows_times(1)), "");
  const std::string noise = doubt(rows_times(1, true));
  EXPECT_NE(noise.find("labels"), std::string::npos) << noise;
  EXPECT_NEAR(*find_rate(rows_times(1, true), {.threads = 1}).base_loss,
              -0.3 * std::log(0.3) - 0.7 * std::log(0.7), 0.03);
  Dataset::Arrays alike;
  for (int i = 0; i < 3000; ++i) {
    alike.indices.push_back(0);
    alike.offsets.push_back(alike.indices.size());
    alike.labels.push_back(i % 3 == 0 ? 1.0f : -1.0f);
  }
  EXPECT_EQ(doubt(Dataset(std::move(alike), {.size = 1})), "all rows have the same features");
}

TEST(FindRate, IsAFunctionOfDataOptionsAndSeed) {
  const Dataset data = test::random_rows(5000, 40, 0.2, true);
  const auto found = [&](std::uint64_t seed, int threads) {
    const RateSearch search = find_rate(data, {.epochs = 3, .threads = threads, .seed = seed});
    std::vector<double> losses{static_cast<double>(search.rate)};
    for (const RateTrial& trial : search.trials) losses.push_back(trial.loss);
    return losses;
  };
  EXPECT_EQ(found(1, 1), found(1, 1));
  EXPECT_EQ(found(1, 1), found(1, 4));
  EXPECT_NE(found(1, 1), found(2, 1));
}

TEST(FindRate, ScoresOnTheValidationRowsAndLearnsNoneOfThem) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true, 1);
  const Dataset valid = test::random_rows(800, 40, 0.2, true, 2);
  const RateSearch with = find_rate(data, {.validation = valid});
  EXPECT_EQ(with.rows, data.rows());
  EXPECT_EQ(with.held_out, valid.rows());
  const RateSearch without = find_rate(data, {});
  EXPECT_EQ(without.rows + without.held_out, data.rows());
  EXPECT_NEAR(static_cast<double>(without.held_out), 0.2 * 3000, 100);
}

TEST(FindRate, HasNothingToSayOfAFewRows) {
  const RateSearch search = find_rate(test::random_rows(50, 5, 0.5, true), {.update_rule = Adam{}});
  EXPECT_EQ(search.rate, Adam::kDefaultRate);
  EXPECT_TRUE(search.trials.empty());
}

TEST(FindRate, RefusesARuleWithoutARate) {
  EXPECT_THROW(find_rate(test::random_rows(500, 5, 0.5, true), {.update_rule = Adadelta{}}),
               OptionError);
}

TEST(FindRate, FindsEpsilonForAdagradUnlessItWasSet) {
  const Dataset ones = test::random_rows(500, 10, 0.5, true);
  EXPECT_EQ(find_rate(ones, {}).epsilon, 0.5f);
  EXPECT_FALSE(find_rate(ones, {.update_rule = Adagrad{.epsilon = 1e-6f}}).epsilon.has_value());
  EXPECT_FALSE(find_rate(ones, {.update_rule = Sgd{}}).epsilon.has_value());
  const Dataset normal = test::random_rows(2000, 10, 0.5, false);
  EXPECT_NEAR(*find_rate(normal, {}).epsilon, 0.5, 0.05);
  EXPECT_EQ(find_rate(ones, {.update_rule = NesterovAdagrad{}}).epsilon, 0.5f);
}

// Of a mean over 8 rows the part of one row is an eighth.
TEST(FindRate, FindsAnEpsilonThatGoesWithTheGradientsOfABatch) {
  const Dataset ones = test::random_rows(500, 10, 0.5, true);
  EXPECT_EQ(find_rate(ones, {.batch_size = 8}).epsilon, 0.5f / 64);
  EXPECT_EQ(find_rate(ones, {.batch_size = kFullBatch}).epsilon, 0.5f);
}

// The sample has every label that the data have, even one that is not among its rows.
TEST(FindRate, BearsARareLabel) {
  Dataset::Arrays arrays;
  for (Offset i = 0; i < 20'000; ++i) {
    arrays.indices.push_back(static_cast<Index>(i % 3));
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(i == 77 ? 1.0f : -1.0f);
  }
  const Dataset data(std::move(arrays), {.size = 3});
  EXPECT_EQ(train(data).reason, StopReason::epochs);
}

// So many epochs that no trial gets as far as the one at which the rate leaps up.
TEST(FindRate, IsBackedOffWhenTheRunDiverges) {
  class Rates : public TrainObserver {
   public:
    void on_rate(const RateSearch& search) override { rates.push_back(search.rate); }
    std::vector<float> rates;
  };
  Rates observer;
  const TrainOptions options{.loss = Squared{},
                             .update_rule = Sgd{},
                             .schedule = Steps{{{2200, 1e3}}},
                             .epochs = 2500,
                             .threads = 1};
  const TrainResult result = train(test::random_rows(300, 10, 1.1, false), options, observer);
  EXPECT_EQ(result.reason, StopReason::epochs);
  ASSERT_GT(result.rate_search->backed_off, 0);
  ASSERT_EQ(observer.rates.size(), 1u + static_cast<std::size_t>(result.rate_search->backed_off));
  EXPECT_FLOAT_EQ(observer.rates[1], observer.rates[0] / 3);
  EXPECT_EQ(result.learning_rate, observer.rates.back());
}

TEST(FindRate, BearsValidationRowsOfOtherFeatures) {
  const Dataset data = test::random_rows(500, 10, 0.5, true, 1);
  const Dataset wider = test::random_rows(500, 5000, 0.01, true, 2);
  EXPECT_EQ(train(data, {.validation = wider}).reason, StopReason::epochs);
  EXPECT_THROW(train(data, {.refit = true, .validation = wider}), DataError);
}

TEST(FindRate, IsTheSameWhateverTheRanking) {
  const Dataset data = test::skewed_rows(3000, false, 1), valid = test::skewed_rows(800, false, 2);
  const RateSearch plain = find_rate(data, {.epochs = 3, .validation = valid});
  const auto expect_alike = [&](const Dataset& learnt, const Dataset& held_out) {
    const RateSearch search = find_rate(learnt, {.epochs = 3, .validation = held_out});
    EXPECT_NEAR(search.rate, plain.rate, 0.02 * plain.rate);
    ASSERT_EQ(search.trials.size(), plain.trials.size());
    for (std::size_t k = 0; k < plain.trials.size(); ++k) {
      // The same steps but for the order of sums.
      EXPECT_NEAR(search.trials[k].loss, plain.trials[k].loss, 1e-3);
    }
  };
  expect_alike(ranked(data), valid);
  expect_alike(data, ranked(valid));
  expect_alike(ranked(data), ranked(valid));
  expect_alike(hot_first(data), valid);
}

TEST(FindRate, DoesNotTrustAHandfulOfValidationRows) {
  const Dataset data = test::random_rows(1000, 10, 0.5, true, 1);
  const RateSearch search = find_rate(data, {.validation = test::random_rows(5, 10, 0.5, true, 2)});
  EXPECT_GT(search.held_out, 100u);
}

TEST(FindRate, EndsWhenAskedTo) {
  const Dataset data = test::random_rows(1000, 10, 0.5, true, 1);
  class Stopping : public TrainObserver {
    bool stop_requested() override { return true; }
  };
  Stopping observer;
  const TrainResult result = train(data, {.epochs = 1'000'000}, observer);
  EXPECT_EQ(result.reason, StopReason::interrupted);
  EXPECT_TRUE(result.rate_search->interrupted);
  EXPECT_TRUE(result.epochs.empty());
}

}  // namespace
}  // namespace hogwild
