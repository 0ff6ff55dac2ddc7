#include "train/fewest_epochs.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace hogwild {
namespace {

using Curves = std::vector<ValidationCurve>;

TEST(FewestGoodEpochs, AreTheBestWhereCurvesAgree) {
  EXPECT_EQ(fewest_good_epochs(Curves{{5, 4, 3, 4}, {6, 5, 4, 5}, {7, 6, 5, 6}}), 3);
  EXPECT_EQ(fewest_good_epochs(Curves{{5, 4, 3, 4}}), 3);
  EXPECT_EQ(fewest_good_epochs(Curves{{1, 2}, {1, 2}}), 1);
}

// From the second epoch to the third the losses change by -3, +2, -0.5, the mean being -0.5 and its
// standard error 1.44; from the first by -4, -3, -5, the standard error being 0.58.
TEST(FewestGoodEpochs, AreFewerWhereCurvesDisagree) {
  EXPECT_EQ(fewest_good_epochs(Curves{{11, 10, 7, 8}, {11, 6, 8, 9}, {11, 6.5, 6, 7}}), 2);
}

TEST(FewestGoodEpochs, GoOnWithCurvesThatHaveEnded) {
  const auto falling = [](int best, int last) {
    ValidationCurve curve;
    for (int epoch = 1; epoch <= last; ++epoch) {
      curve.push_back(epoch <= best ? 100 - epoch : 100 - best + (epoch - best));
    }
    return curve;
  };
  EXPECT_EQ(fewest_good_epochs(Curves{falling(4, 7), falling(4, 5), falling(4, 20)}), 4);
  EXPECT_EQ(fewest_good_epochs(Curves{falling(9, 12), falling(9, 12), falling(10, 13)}), 9);
}

TEST(FewestGoodEpochs, AreUnknownOfATrialWithoutAnEpoch) {
  EXPECT_EQ(fewest_good_epochs(Curves{}), 0);
  EXPECT_EQ(fewest_good_epochs(Curves{{1}, {}}), 0);
}

}  // namespace
}  // namespace hogwild
