#include "hogwild/objective/penalty.hpp"

#include <gtest/gtest.h>

namespace hogwild {
namespace {

TEST(Penalty, ShrinkHasItsDocumentedValues) {
  const Penalty net{1, 1};
  EXPECT_FLOAT_EQ(net.shrink(3, 1), 1);
  EXPECT_FLOAT_EQ(net.shrink(-3, 1), -1);
  EXPECT_FLOAT_EQ(net.shrink(0.5f, 1), 0);
}

// The definition of a proximal step, by search.
TEST(Penalty, ShrinkMinimisesItsObjective) {
  for (const Penalty net : {Penalty{0.3f, 0}, Penalty{0, 0.7f}, Penalty{0.2f, 0.5f}}) {
    for (const float w : {-2.0f, -0.1f, 0.0f, 0.05f, 1.3f}) {
      for (const float rate : {0.1f, 1.0f, 3.0f}) {
        const auto cost = [&](double v) {
          return (v - w) * (v - w) / (2 * rate) + net.l1 * std::abs(v) + net.l2 / 2 * v * v;
        };
        const double found = net.shrink(w, rate);
        for (double v = -3; v <= 3; v += 1e-3) ASSERT_LE(cost(found), cost(v) + 1e-6);
      }
    }
  }
}

TEST(Penalty, WithoutStrengthChangesNothing) {
  for (const float w : {-2.5f, 0.0f, 1e-20f, 7.0f}) {
    EXPECT_EQ(Penalty{}.shrink(w, 0.3f), w);
    EXPECT_EQ(NoPenalty{}.shrink(w, 0.3f), w);
  }
  EXPECT_FALSE(Penalty{}.active());
  EXPECT_TRUE((Penalty{0, 0.1f}.active()));
}

}  // namespace
}  // namespace hogwild
