#include "hogwild/objective/loss.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hogwild/core/alternatives.hpp"
#include "support/typed.hpp"

namespace hogwild {
namespace {

template <class L>
class EveryLoss : public testing::Test {};
TYPED_TEST_SUITE(EveryLoss, test::TypesOf<AnyLoss>);

TYPED_TEST(EveryLoss, SatisfiesItsConcept) {
  static_assert(Loss<TypeParam>);
}

TYPED_TEST(EveryLoss, SlopeIsTheDerivativeOfValue) {
  const TypeParam loss;
  for (const double y : {-1.0, 1.0}) {
    for (const double m : {-30.0, -3.0, -0.7, -0.1, 0.0, 0.2, 0.6, 1.7, 4.0, 25.0}) {
      constexpr double h = 1e-6;
      const double numeric = (loss.value(m + h, y) - loss.value(m - h, y)) / (2 * h);
      EXPECT_NEAR(loss.slope(m, y), numeric, 1e-6 * std::max(1.0, std::abs(numeric)))
          << "m " << m << " y " << y;
    }
  }
}

TYPED_TEST(EveryLoss, ValueAndSlopeAreFiniteAndValueNotNegative) {
  const TypeParam loss;
  for (const float y : {-1.0f, 1.0f}) {
    for (const float m : {-1e9f, -1000.0f, -88.8f, -0.0f, 1e-30f, 88.8f, 1000.0f, 1e9f}) {
      EXPECT_TRUE(std::isfinite(loss.value(m, y))) << m;
      EXPECT_TRUE(std::isfinite(loss.slope(m, y))) << m;
      EXPECT_GE(loss.value(m, y), 0) << m;
    }
  }
}

TEST(Logistic, IsLogTwoWithSlopeHalfAtZero) {
  EXPECT_DOUBLE_EQ(Logistic{}.value(0.0, 1.0), std::log(2.0));
  EXPECT_DOUBLE_EQ(Logistic{}.slope(0.0, 1.0), -0.5);
  EXPECT_DOUBLE_EQ(Logistic{}.slope(0.0, -1.0), 0.5);
}

TEST(Logistic, DoesNotOverflowWhereTheNaiveFormulaDoes) {
  EXPECT_FLOAT_EQ(Logistic{}.value(-1000.0f, 1.0f), 1000.0f);
  EXPECT_FLOAT_EQ(Logistic{}.value(1000.0f, 1.0f), 0.0f);
  EXPECT_FLOAT_EQ(Logistic{}.slope(-1000.0f, 1.0f), -1.0f);
}

TEST(Logistic, PredictsTheSigmoid) {
  for (const double m : {-40.0, -2.0, 0.0, 0.5, 3.0, 40.0}) {
    EXPECT_NEAR(Logistic{}.prediction(m), 1 / (1 + std::exp(-m)), 1e-15);
  }
}

TEST(Hinge, HasSlopeZeroAtTheKink) {
  EXPECT_EQ(Hinge{}.slope(1.0f, 1.0f), 0.0f);
}

// Where a loss has a second derivative, that is its curvature.
TEST(Curvature, IsTheSlopesSlope) {
  constexpr double kStep = 1e-5;
  const auto expect_slope_of_slope = [](const auto& loss, double m, double y) {
    const double measured = (loss.slope(m + kStep, y) - loss.slope(m - kStep, y)) / (2 * kStep);
    EXPECT_NEAR(loss.curvature(m, y), measured, 1e-6) << m << ' ' << y;
  };
  for (const double y : {-1.0, 1.0}) {
    for (double m = -20.013; m < 20; m += 0.11) {
      expect_slope_of_slope(Logistic{}, m, y);
      expect_slope_of_slope(SquaredHinge{}, m, y);
      expect_slope_of_slope(Squared{}, m, y);
      EXPECT_EQ(Hinge{}.curvature(m, y), Hinge{}.slope(m, y) * Hinge{}.slope(m, y));
    }
  }
}

TEST(Logistic, PartsAreValueSlopeAndCurvature) {
  for (const float y : {-1.0f, 1.0f}) {
    for (float m = -200; m < 200; m += 0.37f) {
      const LossParts parts = Logistic{}.parts(m, y);
      const double value = Logistic{}.value(double{m}, double{y});
      const double slope = Logistic{}.slope(double{m}, double{y});
      const double within = 4e-7 * (1 + std::abs(m));
      EXPECT_NEAR(parts.shift + std::log(parts.factor), value, within * value + 3e-16) << m;
      EXPECT_NEAR(parts.slope, slope, within * std::abs(slope) + 1e-38) << m;
      EXPECT_NEAR(parts.curvature, Logistic{}.curvature(double{m}, double{y}), 1e-6) << m;
      EXPECT_GE(parts.factor, 1);
      EXPECT_LE(parts.factor, 1e38);
    }
  }
  EXPECT_TRUE(std::isnan(Logistic{}.parts(std::nanf(""), 1).slope));
}

TEST(ExpWithin, IsRightToItsPromise) {
  double worst = 0;
  for (float x = -kExpWithin; x < kExpWithin; x += 0.0137f) {
    const double right = std::exp(double{x});
    worst = std::max(worst, std::abs(double{exp_within(x)} - right) / right / (1 + std::abs(x)));
  }
  EXPECT_LT(worst, 2e-7);
  EXPECT_EQ(exp_within(0), 1);
  EXPECT_GT(worst, 1e-9);  // or nothing was looked at
}

}  // namespace
}  // namespace hogwild
