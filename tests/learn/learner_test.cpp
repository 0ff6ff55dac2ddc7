#include "hogwild/learn/learner.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <thread>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "parallel/crew.hpp"
#include "support/files.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

double mean_loss_of(const Learner& learner, const Dataset& data) {
  double sum = 0;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    sum += static_cast<double>(Logistic{}.value(learner.margin(row), row.label));
  }
  return sum / static_cast<double>(data.rows());
}

TEST(Learner, LearnsRowByRow) {
  const Dataset data = test::random_rows(5000, 50, 0.2, true);
  Learner learner({.features = 50});
  const double before = mean_loss_of(learner, data);
  EXPECT_NEAR(before, std::log(2), 1e-6);
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    const float loss = learner.learn(row, row.label);
    EXPECT_TRUE(std::isfinite(loss));
  }
  EXPECT_LT(mean_loss_of(learner, data), 0.75 * before);
}

TEST(Learner, TakesLabelsOfZeroAndOne) {
  const Index j = 0;
  const SparseRow row{.indices = {&j, 1}, .values = {}};
  Learner minus({.features = 1}), zero({.features = 1});
  minus.learn(row, -1);
  zero.learn(row, 0);
  EXPECT_EQ(minus.margin(row), zero.margin(row));
  EXPECT_LT(zero.predict(row), 0.5f);
}

TEST(Learner, ServesEveryRuleAndLoss) {
  const Dataset data = test::random_rows(300, 20, 0.3, false);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for_each_alternative<AnyLoss>([&](auto loss) {
      if (std::is_same_v<decltype(loss), Softmax>) {
        EXPECT_THROW(Learner({.loss = loss}), OptionError);
        return;
      }
      Learner learner({.features = 20, .loss = loss, .update_rule = rule, .learning_rate = 0.01f});
      for (Offset i = 0; i < data.rows(); ++i) learner.learn(data.row(i), data.labels()[i]);
      EXPECT_TRUE(std::isfinite(learner.margin(data.row(0)))) << rule.kName << loss.kName;
      EXPECT_NE(learner.margin(data.row(0)), 0) << rule.kName << loss.kName;
    });
  });
}

// Learners, predictors and snapshots at once, one thread first: nothing torn, nothing not finite,
// and what was learnt is there at the end. ThreadSanitizer watches.
TEST(Learner, LearnsAndPredictsFromManyThreadsAtOnce) {
  const Dataset data = test::random_rows(4000, 200, 0.05, true);
  for (const int threads : {1, 2, 4}) {
    Learner learner({.features = 200});
    std::atomic<int> strange{0};
    std::atomic<Offset> next{0};
    Crew crew(threads);
    crew.run([&](int worker) {
      for (Offset i = next.fetch_add(1); i < data.rows(); i = next.fetch_add(1)) {
        const SparseRow row = data.row(i);
        learner.learn(row, row.label);
        const float p = learner.predict(row);
        if (!(p >= 0 && p <= 1)) strange.fetch_add(1);
        if (worker == 0 && i % 512 == 0) {
          const Model model = learner.snapshot();
          if (!std::isfinite(model.margin(row))) strange.fetch_add(1);
        }
      }
    });
    EXPECT_EQ(strange.load(), 0);
    EXPECT_LT(mean_loss_of(learner, data), 0.62) << threads;
  }
}

TEST(Learner, SnapshotsPredictAsItDid) {
  const Dataset data = test::random_rows(500, 30, 0.2, false);
  Learner learner({.features = 30});
  for (Offset i = 0; i < data.rows(); ++i) learner.learn(data.row(i), data.labels()[i]);
  const Model model = learner.snapshot();
  for (Offset i = 0; i < data.rows(); ++i) {
    EXPECT_NEAR(model.predict(data.row(i)), learner.predict(data.row(i)), 1e-5);
  }
  const test::TemporaryFolder folder;
  learner.save(folder.path("m"));
  EXPECT_EQ(load(folder.path("m")).bias(), model.bias());
}

TEST(Learner, ManyLiveSideBySide) {
  const Index j = 0;
  const SparseRow row{.indices = {&j, 1}, .values = {}};
  Learner up({.features = 1}), down({.features = 1});
  up.learn(row, 1);
  down.learn(row, -1);
  EXPECT_GT(up.margin(row), 0);
  EXPECT_LT(down.margin(row), 0);
  Learner moved = std::move(up);
  EXPECT_GT(moved.margin(row), 0);
}

TEST(Learner, RefusesAnImpossibleRate) {
  EXPECT_THROW(Learner({.learning_rate = 0.0f}), OptionError);
  EXPECT_THROW(Learner({.learning_rate = -1.0f}), OptionError);
  EXPECT_THROW(Learner({.learning_rate = std::nanf("")}), OptionError);
}

}  // namespace
}  // namespace hogwild
