#include "hogwild/update/schedule.hpp"

#include <gtest/gtest.h>

#include "hogwild/core/alternatives.hpp"

namespace hogwild {
namespace {

TEST(Schedule, EveryOneStartsAtOneAndNeverGrows) {
  for_each_alternative<AnySchedule>([](auto schedule) {
    EXPECT_EQ(schedule.factor(0, 20), 1) << schedule.kName;
    double last = 1;
    for (double p = 0; p < 20; p += 0.25) {
      EXPECT_LE(schedule.factor(p, 20), last) << schedule.kName;
      EXPECT_GT(schedule.factor(p, 20), 0) << schedule.kName;
      last = schedule.factor(p, 20);
    }
    EXPECT_GE(schedule.factor(21, 20), 0) << schedule.kName;
  });
}

TEST(Schedule, HasItsDocumentedValues) {
  EXPECT_DOUBLE_EQ(Exponential{.decay = 0.5}.factor(2, 9), 0.25);
  EXPECT_DOUBLE_EQ(Inverse{.decay = 1}.factor(1, 9), 0.5);
  EXPECT_DOUBLE_EQ(InverseSqrt{.decay = 1}.factor(3, 9), 0.5);
  EXPECT_DOUBLE_EQ(Constant{}.factor(9, 9), 1);
  EXPECT_DOUBLE_EQ(Linear{}.factor(2.5, 10), 0.75);
  EXPECT_DOUBLE_EQ(Cosine{}.factor(5, 10), 0.5);
  EXPECT_NEAR(Cosine{}.factor(10, 10), 0, 1e-15);
  const Steps steps{.table = {{2, 0.5}, {4.5, 0.1}}};
  EXPECT_EQ(steps.factor(1.99, 9), 1);
  EXPECT_EQ(steps.factor(2, 9), 0.5);
  EXPECT_EQ(steps.factor(8, 9), 0.1);
}

TEST(Schedule, KnowsNumbersOutOfRange) {
  EXPECT_FALSE(Exponential{.decay = 1.5}.valid());
  EXPECT_FALSE(Inverse{.decay = -1}.valid());
  EXPECT_FALSE(Plateau{.decay = 1}.valid());
  EXPECT_FALSE(Steps{}.valid());
  EXPECT_FALSE((Steps{.table = {{3, 0.5}, {2, 0.1}}}.valid()));
  EXPECT_FALSE((Steps{.table = {{3, 0}}}.valid()));
  EXPECT_TRUE((Steps{.table = {{3, 0.5}}}.valid()));
}

}  // namespace
}  // namespace hogwild
