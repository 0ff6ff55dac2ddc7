#include "hogwild/lab/gradient_check.hpp"

#include <gtest/gtest.h>

#include <span>
#include <vector>

#include "learn/batch_norm.hpp"

namespace hogwild::lab {
namespace {

TEST(GradientCheck, EveryGradientAgreesWithItsDifferences) {
  for (const std::uint64_t seed : {1, 2, 3}) {
    for (const GradientCheck& check : check_gradients(seed)) {
      EXPECT_GT(check.coordinates, 30);
      EXPECT_TRUE(check.passed()) << check.loss << " l1 " << check.penalty.l1 << " l2 "
                                  << check.penalty.l2 << " batch norm " << check.batch_norm << ": "
                                  << check.worst_error;
    }
  }
}

// (w0 - 1)^2 + w0 w1, whose gradient at (2, 3) is (5, 2).
TEST(GradientCheck, SeesAnErrorOfAThousandth) {
  const auto value = [](std::span<const long double> w) {
    return (w[0] - 1) * (w[0] - 1) + w[0] * w[1];
  };
  const std::vector<double> at{2, 3};
  EXPECT_LT(worst_difference(value, std::vector<double>{5, 2}, at), 1e-9);
  EXPECT_NEAR(worst_difference(value, std::vector<double>{5, 2.002}, at), 1e-3, 1e-5);
  EXPECT_NEAR(worst_difference(value, std::vector<double>{0, 2}, at), 1, 1e-6);
}

// By hand: margins 0 and 2 have mean 1, variance 1.
TEST(BatchNorm, OfTwoMarginsIsPlusAndMinusOne) {
  std::vector<double> margins{0, 2}, slopes(2);
  const auto gradient = slopes_through_norm<double>(
      margins, slopes, 3.0, 0.5, [](std::size_t, double output) { return output; });
  EXPECT_NEAR(margins[0], -1, 1e-5);
  EXPECT_NEAR(margins[1], 1, 1e-5);
  // Outputs -2.5 and 3.5 are the slopes by the outputs.
  EXPECT_NEAR(gradient.beta, 0.5, 1e-5);
  EXPECT_NEAR(gradient.gamma, 3, 1e-4);
  // Two margins' normalised values do not depend on them, so neither does the loss.
  EXPECT_NEAR(slopes[0], 0, 1e-3);
  EXPECT_NEAR(slopes[1], 0, 1e-3);
}

}  // namespace
}  // namespace hogwild::lab
