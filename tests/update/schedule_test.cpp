#include "hogwild/update/schedule.hpp"

#include <gtest/gtest.h>

#include "hogwild/core/alternatives.hpp"

namespace hogwild {
namespace {

TEST(Schedule, EveryOneStartsAtOneAndNeverGrows) {
  for_each_alternative<AnySchedule>([](auto schedule) {
    EXPECT_EQ(schedule.factor(0), 1) << schedule.kName;
    double last = 1;
    for (double p = 0; p < 20; p += 0.25) {
      EXPECT_LE(schedule.factor(p), last) << schedule.kName;
      EXPECT_GT(schedule.factor(p), 0) << schedule.kName;
      last = schedule.factor(p);
    }
  });
}

TEST(Schedule, HasItsDocumentedValues) {
  EXPECT_DOUBLE_EQ(Exponential{.decay = 0.5}.factor(2), 0.25);
  EXPECT_DOUBLE_EQ(Inverse{.decay = 1}.factor(1), 0.5);
  EXPECT_DOUBLE_EQ(InverseSqrt{.decay = 1}.factor(3), 0.5);
  EXPECT_DOUBLE_EQ(Constant{}.factor(9), 1);
}

}  // namespace
}  // namespace hogwild
