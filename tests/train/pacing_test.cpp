#include "train/pacing.hpp"

#include <gtest/gtest.h>

namespace hogwild {
namespace {

TEST(Pacing, CountsStepsOfEveryEpochItsShortLastOneIncluded) {
  const TrainOptions options{.epochs = 4};
  const Pacing row_by_row(options, 0.1f, 1000, 1);
  EXPECT_EQ(row_by_row.at(0, 0).time, 0u);
  EXPECT_EQ(row_by_row.at(2, 500).time, 2500u);
  const Pacing in_batches(options, 0.1f, 1000, 300);
  EXPECT_EQ(in_batches.at(0, 300).time, 1u);
  EXPECT_EQ(in_batches.at(1, 0).time, 4u);
  EXPECT_EQ(in_batches.after(1000).time, 4u);
}

TEST(Pacing, CountsStepsWhereTheNumberOfRowsIsNotKnown) {
  const TrainOptions options{.epochs = 1};
  EXPECT_EQ(Pacing(options, 0.1f, 0, 1).after(5'000'000'000).time, 5'000'000'000u);
  EXPECT_EQ(Pacing(options, 0.1f, 0, 1).after(1000).rate, 0.1f);
}

TEST(Pacing, GoesByTheScheduleWhereverABlockBegins) {
  const TrainOptions options{.schedule = Linear{}, .epochs = 4};
  const Pacing pacing(options, 0.4f, 1000, 1);
  for (const auto& [epoch, position] : {std::pair(0, 0), std::pair(1, 500), std::pair(3, 999)}) {
    const double epochs = epoch + position / 1000.0;
    const auto factor = static_cast<float>(Linear{}.factor(epochs, 4));
    EXPECT_FLOAT_EQ(pacing.at(epoch, static_cast<Offset>(position)).rate, 0.4f * factor);
    EXPECT_FLOAT_EQ(pacing.rate(epochs), 0.4f * factor);
  }
}

TEST(Pacing, WarmsUpFromTheEndOfTheFirstStep) {
  const TrainOptions options{.warm_up = 1, .epochs = 4};
  EXPECT_EQ(Pacing(options, 0.4f, 1000, 1).at(0, 0).rate, 0);
  EXPECT_FLOAT_EQ(Pacing(options, 0.4f, 1000, 500).at(0, 0).rate, 0.2f);
  EXPECT_FLOAT_EQ(Pacing(options, 0.4f, 1000, 500).at(0, 500).rate, 0.4f);
}

TEST(Pacing, LowersTheRateWhereValidationRises) {
  const TrainOptions options{.schedule = Plateau{}, .epochs = 4};
  Pacing pacing(options, 0.4f, 1000, 1);
  pacing.note_validation(1.0);
  EXPECT_FLOAT_EQ(pacing.rate(1), 0.4f);
  pacing.note_validation(0.5);
  EXPECT_FLOAT_EQ(pacing.rate(2), 0.4f);
  pacing.note_validation(0.6);
  EXPECT_FLOAT_EQ(pacing.rate(3), 0.4f * static_cast<float>(Plateau{}.decay));
}

}  // namespace
}  // namespace hogwild
