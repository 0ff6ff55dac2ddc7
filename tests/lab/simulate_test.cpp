#include "hogwild/lab/simulate.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/train/train.hpp"
#include "support/models.hpp"
#include "support/rows.hpp"
#include "support/sanitized.hpp"

namespace hogwild::lab {
namespace {

using test::skewed_rows;
using test::weights_of;

TrainOptions options_for(const AnyUpdateRule& rule, int epochs = 2) {
  TrainOptions options;
  options.update_rule = rule;
  options.learning_rate = 0.05f;
  options.epochs = epochs;
  options.threads = 1;
  options.validation = skewed_rows(1000, true, 2);
  return options;
}

Simulation simulated(const Dataset& data, const TrainOptions& options, SimulationOptions one) {
  TrainObserver silent;
  return simulate(data, options, std::span(&one, 1), silent).at(0);
}

TEST(Simulate, OneWorkerTakesTheStepsOfOneThreadToTheLastBit) {
  const Dataset data = skewed_rows(test::kSanitized ? 800 : 3000, false);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    TrainOptions options = options_for(rule);
    if (!has_rate<decltype(rule)>) options.learning_rate.reset();
    const TrainResult real = train(data, options);
    for (const Method method :
         {Method::hogwild, Method::views, Method::downpour, Method::easgd, Method::allreduce}) {
      if (method == Method::views && !may_part<decltype(rule)>) continue;
      if (has_outcome<decltype(rule)> && method == Method::easgd) continue;
      const Simulation one =
          simulated(data, options, {.method = method, .fetch_every = 1, .push_every = 1});
      EXPECT_EQ(weights_of(one.model), weights_of(real.model))
          << rule.kName << ", method " << static_cast<int>(method);
      EXPECT_EQ(one.epochs.back().loss, *real.epochs.back().valid_loss);
      EXPECT_EQ(one.epochs.back().delay, 0);
    }
  });
}

// Each row has features of its own, so each is learnt by one of the workers.
TEST(Simulate, TheCentreHasWholeWhatOneWorkerAloneLearns) {
  Dataset::Arrays arrays;
  for (Index i = 0; i < 600; ++i) {
    for (const Index j : {2 * i, 2 * i + 1}) arrays.indices.push_back(j);
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(i % 3 == 0 ? 1.0f : -1.0f);
  }
  const Dataset data(std::move(arrays), {.size = 1200});
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    if (has_outcome<decltype(rule)>) return;
    TrainOptions options = options_for(rule, 1);
    if (!has_rate<decltype(rule)>) options.learning_rate.reset();
    options.bias = false;
    options.validation = data;
    const Simulation many = simulated(data, options, {.method = Method::easgd, .workers = 7});
    EXPECT_EQ(weights_of(many.model), weights_of(train(data, options).model)) << rule.kName;
  });
}

TEST(Simulate, EqualSeedsGiveEqualBitsWhateverTheDelays) {
  const Dataset data = skewed_rows(3000, true);
  const TrainOptions options = options_for(Adagrad{});
  for (const Method method :
       {Method::hogwild, Method::views, Method::downpour, Method::easgd, Method::allreduce}) {
    SimulationOptions many{.method = method, .workers = 30};
    many.costs.delay = {Delay::Kind::exponential, 0, 20e-6};
    many.costs.stragglers = 0.2;
    const Simulation first = simulated(data, options, many),
                     second = simulated(data, options, many);
    EXPECT_EQ(weights_of(first.model), weights_of(second.model));
    EXPECT_EQ(first.epochs.back().seconds, second.epochs.back().seconds);
    TrainOptions other = options;
    other.seed = 2;
    EXPECT_NE(weights_of(simulated(data, other, many).model), weights_of(first.model));
  }
}

TEST(Simulate, WorkersThatDoNotWaitForEachOtherShareOutTheTime) {
  const Dataset data = skewed_rows(4000, true);
  const TrainOptions options = options_for(Adagrad{}, 1);
  const auto seconds = [&](Method method, int workers) {
    return simulated(data, options, {.method = method, .workers = workers}).epochs.back().seconds;
  };
  const double alone = seconds(Method::hogwild, 1);
  EXPECT_NEAR(alone / seconds(Method::hogwild, 10), 10, 0.5);
  // All in step wait for a message at every step, which takes longer than a row.
  EXPECT_GT(seconds(Method::allreduce, 10), alone);
}

TEST(Simulate, DelaysAreCountedInUpdatesOfOthers) {
  const Dataset data = skewed_rows(4000, true);
  const TrainOptions options = options_for(Adagrad{}, 1);
  const auto delay = [&](SimulationOptions some) {
    return simulated(data, options, some).epochs.back().delay;
  };
  // While a row is learnt, each of the others lands about one.
  EXPECT_NEAR(delay({.workers = 8}), 7, 0.5);
  SimulationOptions late{.workers = 8};
  late.costs.delay = {Delay::Kind::fixed, 10e-6, 0};
  EXPECT_NEAR(delay(late), 7, 0.5);  // all are late alike
  EXPECT_EQ(delay({.method = Method::allreduce, .workers = 8}), 0);
}

// What threads wait for is each other's hot cells, and where each has its own there is little to
// wait for.
TEST(Simulate, WorkersWaitForLinesThatOthersHaveWritten) {
  const Dataset data = skewed_rows(test::kSanitized ? 6000 : 20'000, true);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    TrainOptions options = options_for(rule, 1);
    options.learning_rate = rule.kDefaultRate;
    if (!has_rate<decltype(rule)>) options.learning_rate.reset();
    const auto played = [&](Method method, double line_transfer, double far = 0) {
      SimulationOptions two{.method = method, .workers = 2};
      two.costs.line_transfer = line_transfer;
      two.costs.far_line_transfer = far;
      two.costs.sockets = far > 0 ? 2 : 1;
      return simulated(data, options, two).epochs.back();
    };
    const SimulatedEpoch free = played(Method::hogwild, 0), near = played(Method::hogwild, 50e-9);
    EXPECT_GT(near.seconds, 1.05 * free.seconds) << rule.kName;
    EXPECT_GT(played(Method::hogwild, 50e-9, 150e-9).seconds, near.seconds) << rule.kName;
    if (!may_part<decltype(rule)>) {
      EXPECT_THROW(played(Method::views, 50e-9), OptionError) << rule.kName;
      return;
    }
    const SimulatedEpoch own = played(Method::views, 50e-9);
    EXPECT_LT(own.seconds - free.seconds, (near.seconds - free.seconds) / 2) << rule.kName;
    EXPECT_NEAR(own.loss / free.loss, 1, 0.03) << rule.kName;
  });
}

TEST(Simulate, CostsAreMeasured) {
  const Dataset data = skewed_rows(4000, true);
  const SimulatedCosts costs = measured_costs(data, options_for(Adagrad{}), {.latency = 3});
  EXPECT_GT(costs.nonzero, 0);
  EXPECT_GE(costs.line_transfer, 0);
  EXPECT_EQ(costs.latency, 3);
  TrainOptions without_rate = options_for(Adadelta{});
  without_rate.learning_rate.reset();
  EXPECT_GT(measured_costs(data, without_rate, {}).nonzero, 0);
}

TEST(Simulate, AmendsForDelayKeepTheLossOfManyWorkers) {
  const Dataset data = skewed_rows(6000, true);
  SimulationOptions many{
      .method = Method::downpour, .workers = 256, .fetch_every = 8, .push_every = 8};
  const auto loss = [&](const AnyUpdateRule& rule) {
    TrainOptions options = options_for(rule, 3);
    options.learning_rate = 0.3f;
    const Simulation simulation = simulated(data, options, many);
    return simulation.reason == StopReason::diverged ? std::numeric_limits<double>::infinity()
                                                     : simulation.epochs.back().loss;
  };
  EXPECT_LT(loss(AdaptiveRevision{}), std::log(2));
  EXPECT_LT(loss(AdaptiveRevision{}), loss(Adagrad{}));
}

TEST(Simulate, RefusesWhatNoVirtualWorkerHas) {
  const Dataset data = skewed_rows(500, true);
  const auto refused = [&](auto change, SimulationOptions some = {}) {
    TrainOptions options = options_for(Adagrad{});
    change(options);
    EXPECT_THROW(simulated(data, options, some), OptionError);
  };
  refused([](TrainOptions& o) { o.validation.reset(); });
  refused([](TrainOptions& o) { o.batch_size = 10; });
  refused([](TrainOptions& o) { o.l2 = 0.1f; });
  refused([](TrainOptions& o) { o.loss = Softmax{}; });
  refused([](TrainOptions&) {}, {.workers = 0});
  refused([](TrainOptions&) {}, {.period = 0});
  refused([](TrainOptions&) {}, {.costs = {.line_transfer = -1}});
  refused([](TrainOptions&) {}, {.costs = {.sockets = 0}});
  refused([](TrainOptions& o) { o.update_rule = Ftrl{}; }, {.method = Method::easgd});
}

}  // namespace
}  // namespace hogwild::lab
