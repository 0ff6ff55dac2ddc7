#include "hogwild/eval/progressive.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <span>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/eval/metrics.hpp"
#include "parallel/thread_team.hpp"

namespace hogwild {
namespace {

struct Noted {
  float margin, label, weight;
};

std::vector<Noted> some_rows(int count, std::uint64_t seed) {
  std::vector<Noted> rows;
  Random random(seed);
  for (int i = 0; i < count; ++i) {
    const auto margin = static_cast<float>(2 * random.normal());
    const bool positive = random.uniform() < 1 / (1 + std::exp(-static_cast<double>(margin)));
    rows.push_back({margin, positive ? 1.0f : -1.0f, static_cast<float>(1 + random.below(3))});
  }
  return rows;
}

double mean_loss(std::span<const Noted> rows) {
  double sum = 0, weight = 0;
  for (const auto& [margin, label, w] : rows) {
    sum += static_cast<double>(w) *
           Logistic{}.value(static_cast<double>(margin), static_cast<double>(label));
    weight += static_cast<double>(w);
  }
  return sum / weight;
}

TEST(ProgressiveValidation, TellsOfAllRowsAndOfTheLast) {
  const auto rows = some_rows(1000, 1);
  ProgressiveValidation validation(Logistic{}, 256);
  for (const auto& [margin, label, weight] : rows) validation.note(margin, label, weight);
  const ProgressiveMetrics found = validation.metrics();
  const auto last = std::span(rows).last(256);
  EXPECT_EQ(found.rows, 1000u);
  EXPECT_EQ(found.window, 256u);
  EXPECT_NEAR(found.loss, mean_loss(rows), 1e-9);
  EXPECT_NEAR(found.window_loss, mean_loss(last), 1e-9);
  RankedScores scores;
  double predicted = 0, positive = 0;
  for (const auto& [margin, label, weight] : last) {
    scores.add(margin, label > 0, weight);
    predicted += static_cast<double>(weight * Logistic{}.prediction(margin));
    positive += label > 0 ? static_cast<double>(weight) : 0;
  }
  EXPECT_EQ(found.auc, scores.auc());
  EXPECT_NEAR(*found.calibration, predicted / positive, 1e-6);
}

TEST(ProgressiveValidation, HasNothingToSayOfNothing) {
  const ProgressiveMetrics found = ProgressiveValidation(Logistic{}).metrics();
  EXPECT_EQ(found.rows, 0u);
  EXPECT_EQ(found.window, 0u);
  EXPECT_EQ(found.loss, 0);
  EXPECT_FALSE(found.auc || found.calibration);
}

TEST(ProgressiveValidation, TakesAWindowThatIsNoPowerOfTwo) {
  ProgressiveValidation validation(Logistic{}, 5);
  for (const auto& [margin, label, weight] : some_rows(100, 2))
    validation.note(margin, label, weight);
  EXPECT_EQ(validation.metrics().window, 8u);
}

TEST(ProgressiveValidation, OfNumbersTellsLosses) {
  ProgressiveValidation validation(Squared{}, 2);
  validation.note(9, 0, 1);
  validation.note(1, 3, 1);
  validation.note(2, 2, 3);
  const ProgressiveMetrics found = validation.metrics();
  const double first = Squared{}.value(9.0, 0.0), second = Squared{}.value(1.0, 3.0);
  EXPECT_NEAR(found.loss, (first + second) / 5, 1e-6);
  EXPECT_NEAR(found.window_loss, second / 4, 1e-6);
  EXPECT_FALSE(found.auc || found.calibration);
}

TEST(ProgressiveValidation, AHingeHasNoCalibration) {
  ProgressiveValidation validation(Hinge{}, 16);
  validation.note(1, 1);
  validation.note(-1, 0);  // 0 is a negative label too
  EXPECT_EQ(validation.metrics().auc, 1);
  EXPECT_FALSE(validation.metrics().calibration.has_value());
}

TEST(ProgressiveValidation, RefusesWhatItCanNotKeep) {
  EXPECT_THROW(ProgressiveValidation(Logistic{}, 0), OptionError);
  EXPECT_THROW(ProgressiveValidation(Softmax{}), OptionError);
}

// From one thread first; ThreadSanitizer watches.
TEST(ProgressiveValidation, LosesNoRowThatManyThreadsNote) {
  const auto rows = some_rows(20'000, 3);
  for (const int threads : {1, 2, 4}) {
    ProgressiveValidation validation(Logistic{}, 1u << 15);
    ThreadTeam team(threads + 1);
    team.run([&](int worker) {
      if (worker == threads) {  // one looks on
        for (int look = 0; look < 5; ++look) {
          const ProgressiveMetrics found = validation.metrics();
          EXPECT_TRUE(std::isfinite(found.loss) && std::isfinite(found.window_loss));
          EXPECT_LE(found.window, rows.size());
        }
        return;
      }
      for (std::size_t i = static_cast<std::size_t>(worker); i < rows.size();
           i += static_cast<std::size_t>(threads)) {
        validation.note(rows[i].margin, rows[i].label, rows[i].weight);
      }
    });
    const ProgressiveMetrics found = validation.metrics();
    EXPECT_EQ(found.rows, rows.size());
    EXPECT_EQ(found.window, rows.size());
    EXPECT_NEAR(found.loss, mean_loss(rows), 1e-9);
    EXPECT_NEAR(found.window_loss, mean_loss(rows), 1e-9);
  }
}

}  // namespace
}  // namespace hogwild
