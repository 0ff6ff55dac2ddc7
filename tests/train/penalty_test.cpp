// With penalties every rule ends at the optimum of the one objective.
#include <gtest/gtest.h>

#include <cmath>
#include <optional>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/train/train.hpp"
#include "support/optimum.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

// What a rule wants in order to come to rest: an initial rate and a way down from it. Means that
// forget must forget slowly: rmsprop's and adadelta's steps are else shorter for the large
// gradients than for the small ones, which moves the point where they cancel.
struct Settings {
  AnyUpdateRule rule;
  std::optional<float> full, mini, stochastic;  // rates
};

std::vector<Settings> every_rule() {
  return {{Sgd{}, 1.0f, 0.2f, 0.02f},
          {Momentum{}, 0.3f, 0.03f, 0.003f},
          {Nesterov{}, 0.3f, 0.03f, 0.003f},
          {Adagrad{}, 1.0f, 0.3f, 0.1f},
          {Adadelta{.rho = 0.999f}, {}, {}, {}},
          {Rmsprop{.rho = 0.999f}, 0.01f, 0.01f, 0.003f},
          {Adam{}, 0.03f, 0.01f, 0.003f},
          {Ftrl{}, 1.0f, 0.5f, 0.2f},
          {AdaptiveRevision{}, 1.0f, 0.5f, 0.2f},
          {NesterovAdagrad{}, 0.5f, 0.15f, 0.05f}};
}

bool keeps_its_rate(const AnyUpdateRule& rule) {
  return std::holds_alternative<Adadelta>(rule) || std::holds_alternative<Ftrl>(rule);
}

class Penalties : public testing::TestWithParam<std::pair<float, float>> {
 protected:
  double gap(TrainOptions options) {
    std::tie(options.l1, options.l2) = GetParam();
    options.threads = 1;
    if (!keeps_its_rate(options.update_rule)) options.schedule = Linear{};
    return objective_(train(data_, options).model) / least_ - 1;
  }

  const Dataset data_ = test::random_rows(400, 12, 0.3, true);
  const test::PenalisedLogistic objective_{data_, static_cast<double>(GetParam().first),
                                           static_cast<double>(GetParam().second)};
  const double least_ = objective_.least();
};

TEST_P(Penalties, ReachTheOptimumInFullBatch) {
  for (const auto& [rule, full, mini, stochastic] : every_rule()) {
    EXPECT_LE(
        gap({.update_rule = rule, .learning_rate = full, .batch_size = kFullBatch, .epochs = 3000}),
        1e-3)
        << name_of(rule);
  }
}

TEST_P(Penalties, ReachTheOptimumInMiniBatches) {
  for (const auto& [rule, full, mini, stochastic] : every_rule()) {
    EXPECT_LE(gap({.update_rule = rule, .learning_rate = mini, .batch_size = 50, .epochs = 500}),
              1e-3)
        << name_of(rule);
  }
}

// Adadelta has no rate that could end the noise of single rows: the average of its weights does.
TEST_P(Penalties, ReachTheOptimumRowByRow) {
  for (const auto& [rule, full, mini, stochastic] : every_rule()) {
    const bool restless = std::holds_alternative<Adadelta>(rule);
    EXPECT_LE(
        gap({.update_rule = rule, .learning_rate = stochastic, .average = restless, .epochs = 300}),
        1e-3)
        << name_of(rule);
  }
}

TEST_P(Penalties, ReachTheOptimumWhenCaughtUpExactly) {
  for (const auto& [rule, rate, epochs] :
       {std::tuple{AnyUpdateRule(Sgd{}), 0.002f, 400}, {AnyUpdateRule(Adagrad{}), 0.1f, 300}}) {
    TrainOptions options{.update_rule = rule, .learning_rate = rate, .epochs = epochs};
    std::tie(options.l1, options.l2) = GetParam();
    options.threads = 1;
    options.penalty_method = PenaltyMethod::exact;
    EXPECT_LE(objective_(train(data_, options).model) / least_ - 1, 1e-3) << name_of(rule);
  }
}

INSTANTIATE_TEST_SUITE_P(ElasticNets, Penalties,
                         testing::Values(std::pair{0.0f, 0.05f}, std::pair{0.005f, 0.0f},
                                         std::pair{0.003f, 0.01f}));

}  // namespace
}  // namespace hogwild
