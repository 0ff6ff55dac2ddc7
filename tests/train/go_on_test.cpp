// A run that is ended between two epochs and gone on with, against one that never ended.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/train/train.hpp"
#include "support/models.hpp"
#include "support/rows.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

using test::weights_of;

constexpr int kEpochs = 6;

TrainOptions options_of(AnyUpdateRule rule = Adagrad{}) {
  TrainOptions options;
  options.update_rule = rule;
  std::visit(
      [&](const auto& r) {
        if (has_rate<std::decay_t<decltype(r)>>) options.learning_rate = r.kDefaultRate;
      },
      rule);
  options.epochs = kEpochs;
  options.threads = 1;
  options.validation = test::random_rows(200, 30, 0.2, true, 9);
  return options;
}

// Trains `epochs` in all, in parts of so many.
TrainResult in_parts(const Dataset& data, TrainOptions options, int part) {
  options.keep_state = true;
  TrainResult result;
  for (int done = 0; done < options.epochs; done += part) {
    options.stop_after = done + part;
    options.resume_state = result.state;
    result = train(data, options);
    if (result.reason != StopReason::epochs) break;
  }
  return result;
}

void expect_same(const Dataset& data, const TrainOptions& options, const std::string& what) {
  const TrainResult whole = train(data, options);
  for (const int part : {2, 3}) {
    const TrainResult parts = in_parts(data, options, part);
    EXPECT_EQ(weights_of(parts.model), weights_of(whole.model)) << what;
    EXPECT_EQ(std::vector(parts.model.biases().begin(), parts.model.biases().end()),
              std::vector(whole.model.biases().begin(), whole.model.biases().end()))
        << what;
    EXPECT_EQ(parts.reason, whole.reason) << what;
    EXPECT_EQ(parts.best_epoch, whole.best_epoch) << what;
    ASSERT_EQ(parts.epochs.size(), whole.epochs.size()) << what;
    for (std::size_t k = 0; k < whole.epochs.size(); ++k) {
      EXPECT_EQ(parts.epochs[k].train_loss, whole.epochs[k].train_loss) << what << " " << k;
      EXPECT_EQ(parts.epochs[k].valid_loss, whole.epochs[k].valid_loss) << what << " " << k;
      EXPECT_EQ(parts.epochs[k].learning_rate, whole.epochs[k].learning_rate) << what << " " << k;
    }
  }
}

Dataset rows() {
  return test::random_rows(test::kSanitized ? 200 : 600, 30, 0.2, true, 1);
}

TEST(GoOn, GivesTheSameBitsForEveryRuleScheduleAndOrder) {
  const Dataset data = rows();
  int tried = 0;
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for_each_alternative<AnySchedule>([&](auto schedule) {
      for (const RowOrder order : {RowOrder::shuffle, RowOrder::sequential, RowOrder::curriculum}) {
        TrainOptions options = options_of(rule);
        options.schedule = schedule;
        if constexpr (requires { schedule.table; }) {
          options.schedule = Steps{.table = {{2, 0.5}, {3.5, 0.1}}};
        }
        options.order = order;
        options.levels = 3;
        try {
          require_valid(options);
        } catch (const OptionError&) {
          return;
        }
        expect_same(data, options, fmt::format("{} {}", rule.kName, schedule.kName));
        ++tried;
      }
    });
  });
  // adadelta, which has no rate, and ftrl take the constant schedule alone.
  constexpr int kRules = std::variant_size_v<AnyUpdateRule>;
  constexpr int kSchedules = std::variant_size_v<AnySchedule>;
  EXPECT_EQ(tried, 3 * ((kRules - 2) * kSchedules + 2));
}

TEST(GoOn, GivesTheSameBitsWithWhateverElseThereIs) {
  using Change = std::function<void(TrainOptions&)>;
  const std::vector<std::pair<std::string, Change>> changes{
      {"early stopping",
       [](auto& o) {
         o.early_stopping = 2;
         o.learning_rate = 1.0f;
       }},
      {"rate found", [](auto& o) { o.learning_rate.reset(); }},
      {"warm up", [](auto& o) { o.warm_up = 2.5; }},
      {"average", [](auto& o) { o.average = true; }},
      {"noise", [](auto& o) { o.gradient_noise = 0.01f; }},
      {"init", [](auto& o) { o.init = 0.1f; }},
      {"batches", [](auto& o) { o.batch_size = 16; }},
      {"full batch", [](auto& o) { o.batch_size = kFullBatch; }},
      {"batch norm",
       [](auto& o) {
         o.batch_size = 16;
         o.batch_norm = true;
       }},
      {"penalties",
       [](auto& o) {
         o.l1 = 1e-4f;
         o.l2 = 1e-3f;
       }},
      {"exact penalties",
       [](auto& o) {
         o.l2 = 1e-3f;
         o.penalty_method = PenaltyMethod::exact;
       }},
      {"own state", [](auto& o) { o.state = StateHome::per_thread; }},
      {"compare-exchange", [](auto& o) { o.strategy = Strategy::atomic; }},
      {"a lock", [](auto& o) { o.strategy = Strategy::locked; }},
      {"together",
       [](auto& o) {
         o.strategy = Strategy::deterministic;
         o.threads = 2;
       }},
      {"batches together",
       [](auto& o) {
         o.strategy = Strategy::deterministic;
         o.threads = 2;
         o.batch_size = 16;
       }},
      {"class weights",
       [](auto& o) {
         o.class_weights = {{"1", 3.0f}};
       }},
      {"no bias", [](auto& o) { o.bias = false; }},
      {"softmax", [](auto& o) { o.loss = Softmax{}; }},
      {"no validation", [](auto& o) { o.validation.reset(); }}};
  const Dataset data = rows();
  for (const auto& [what, change] : changes) {
    TrainOptions options = options_of();
    change(options);
    expect_same(data, options, what);
  }
}

TEST(GoOn, HasItsPlaceAfterTheLastEpochToo) {
  const Dataset data = rows();
  TrainOptions options = options_of();
  options.keep_state = true;
  const TrainResult whole = train(data, options);
  options.resume_state = whole.state;
  const TrainResult again = train(data, options);  // there is nothing left to learn
  EXPECT_EQ(weights_of(again.model), weights_of(whole.model));
  EXPECT_EQ(again.epochs.size(), whole.epochs.size());
}

TEST(GoOn, SeveralThreadsGoOnToo) {
  const Dataset data = test::skewed_rows(4000, true);
  TrainOptions options = options_of();
  options.validation.reset();
  options.threads = 2;
  for (const StateHome home : {StateHome::shared, StateHome::per_thread}) {
    options.state = home;
    const TrainResult parts = in_parts(data, options, 2);
    const TrainResult whole = train(data, options);
    EXPECT_EQ(parts.epochs.size(), whole.epochs.size());
    EXPECT_NEAR(parts.epochs.back().train_loss, whole.epochs.back().train_loss,
                0.02 * whole.epochs.back().train_loss);
  }
}

// However many there are of cores, and whether threads have weights of their own or not.
TEST(GoOn, WithAsManyThreadsAsItBegan) {
  const Dataset data = test::skewed_rows(4000, true);
  for (const bool views : {true, false}) {
    TrainOptions options = options_of();
    options.validation.reset();
    options.threads = 5;
    options.worker_views = views;
    options.keep_state = true;
    options.stop_after = 2;
    const TrainResult begun = train(data, options);
    options.stop_after = 0;
    options.resume_state = begun.state;
    for (const int asked : {5, 0, begun.threads}) {
      for (const bool views_then : {true, false}) {
        options.threads = asked;
        options.worker_views = views_then;
        const TrainResult whole = train(data, options);
        EXPECT_EQ(whole.threads, begun.threads) << asked;
        EXPECT_EQ(whole.epochs.size(), static_cast<std::size_t>(kEpochs)) << asked;
      }
    }
    options.threads = 6;
    EXPECT_THROW(train(data, options), OptionError);
  }
}

TEST(GoOn, RefusesAnotherRun) {
  const Dataset data = rows();
  TrainOptions options = options_of();
  options.keep_state = true;
  options.stop_after = 2;
  options.resume_state = train(data, options).state;
  options.stop_after = 0;
  const auto expect_refused = [&](const std::string& named, auto change, const Dataset& rows) {
    TrainOptions other = options;
    change(other);
    try {
      train(rows, other);
      ADD_FAILURE() << named << " makes no difference";
    } catch (const OptionError& error) {
      EXPECT_EQ(error.option, "resume");
      EXPECT_NE(std::string(error.what()).find(named), std::string::npos) << error.what();
    }
  };
  const auto nothing = [](auto&) {};
  expect_refused(
      "--seed", [](auto& o) { o.seed = 2; }, data);
  expect_refused(
      "--epochs", [](auto& o) { o.epochs = 7; }, data);
  expect_refused(
      "--optimizer", [](auto& o) { o.update_rule = Sgd{}; }, data);
  expect_refused(
      "--optimizer", [](auto& o) { o.update_rule = Adagrad{.epsilon = 1}; }, data);
  expect_refused(
      "--learning-rate", [](auto& o) { o.learning_rate = 3.0f; }, data);
  expect_refused(
      "--schedule", [](auto& o) { o.schedule = Linear{}; }, data);
  expect_refused(
      "--threads", [](auto& o) { o.threads = 2; }, data);
  expect_refused("other rows", nothing,
                 test::random_rows(test::kSanitized ? 200 : 600, 30, 0.2, true, 2));
  expect_refused(
      "other rows", [](auto& o) { o.validation.reset(); }, data);
}

TEST(GoOn, KeepsNoStateUnlessAsked) {
  EXPECT_EQ(train(rows(), options_of()).state, nullptr);
}

}  // namespace
}  // namespace hogwild
