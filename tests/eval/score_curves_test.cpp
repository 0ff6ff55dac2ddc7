#include "hogwild/eval/score_curves.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <vector>

#include "hogwild/core/random.hpp"
#include "hogwild/eval/metrics.hpp"

namespace hogwild {
namespace {

struct Scored {
  float score;
  bool positive;
  float weight;
};

double sigmoid(float margin) {
  return 1 / (1 + std::exp(-static_cast<double>(margin)));
}

// Of `kinds` different scores; labels drawn with the probability they tell.
std::vector<Scored> scored(int rows, int kinds, std::uint64_t seed) {
  Random random(seed);
  std::vector<Scored> all;
  for (int i = 0; i < rows; ++i) {
    const float score = 6 * static_cast<float>(random.below(static_cast<std::uint64_t>(kinds))) /
                            static_cast<float>(kinds) -
                        4;
    all.push_back(
        {score, random.uniform() < sigmoid(score), static_cast<float>(random.below(4)) / 2});
  }
  return all;
}

ScoreCurves curves_of(const std::vector<Scored>& all) {
  RankedScores scores;
  for (const Scored& row : all) scores.add(row.score, row.positive, row.weight);
  return std::move(scores).curves(sigmoid);
}

double area_under(const std::vector<RocVertex>& roc) {
  double area = 0;
  for (std::size_t i = 1; i < roc.size(); ++i) {
    area += (roc[i].false_positive_rate - roc[i - 1].false_positive_rate) *
            (roc[i].recall + roc[i - 1].recall) / 2;
  }
  return area;
}

TEST(ScoreCurves, TheAreaUnderTheDrawnRocIsTheAuc) {
  for (const int rows : {3, 50, 2000, 30000}) {
    for (const int kinds : {2, 30, 100000}) {
      const ScoreCurves curves = curves_of(scored(rows, kinds, 7));
      if (!curves.auc) continue;
      EXPECT_NEAR(area_under(curves.roc), *curves.auc, 1e-12) << rows << " rows";
      EXPECT_LE(curves.roc.size(), 403u);
    }
  }
  const ScoreCurves curves = curves_of(scored(30000, 100000, 7));
  EXPECT_GT(curves.roc.size(), 300u);
}

TEST(ScoreCurves, TheRocRisesFromCornerToCorner) {
  for (const int kinds : {2, 30, 100000}) {
    const auto roc = curves_of(scored(5000, kinds, 3)).roc;
    ASSERT_GE(roc.size(), 3u);
    EXPECT_EQ(roc.front().recall, 0);
    EXPECT_EQ(roc.front().false_positive_rate, 0);
    EXPECT_EQ(roc.back().recall, 1);
    EXPECT_EQ(roc.back().false_positive_rate, 1);
    for (std::size_t i = 1; i < roc.size(); ++i) {
      EXPECT_GE(roc[i].recall, roc[i - 1].recall);
      EXPECT_GE(roc[i].false_positive_rate, roc[i - 1].false_positive_rate);
    }
  }
}

TEST(ScoreCurves, AThresholdTellsWhatItBrings) {
  const auto all = scored(3000, 100000, 5);
  const ScoreCurves curves = curves_of(all);
  ASSERT_GT(curves.thresholds.size(), 100u);
  for (const Threshold& threshold : curves.thresholds) {
    double right = 0, called = 0, positives = 0;
    for (const Scored& row : all) {
      const auto weight = static_cast<double>(row.weight);
      if (row.positive) positives += weight;
      if (sigmoid(row.score) < threshold.score) continue;
      called += weight;
      if (row.positive) right += weight;
    }
    ASSERT_NEAR(threshold.precision, right / called, 1e-12);
    ASSERT_NEAR(threshold.recall, right / positives, 1e-12);
  }
}

TEST(ScoreCurves, AveragePrecisionIsThatOfAllThresholds) {
  RankedScores scores;
  // By falling score: right, wrong, right. Precision 1 at the first, 2/3 at the last.
  scores.add(3, true, 1);
  scores.add(2, false, 1);
  scores.add(1, true, 1);
  EXPECT_NEAR(*std::move(scores).curves().average_precision, (1 + 2.0 / 3) / 2, 1e-12);
}

TEST(ScoreCurves, ReliabilityBinsHoldEveryRowOnce) {
  for (const int kinds : {1, 2, 30, 100000}) {
    const auto all = scored(20000, kinds, 11);
    const auto bins = curves_of(all).reliability;
    std::uint64_t rows = 0;
    for (std::size_t k = 0; k < bins.size(); ++k) {
      rows += bins[k].rows;
      if (k > 0) {
        EXPECT_GT(bins[k].predicted, bins[k - 1].predicted);
      }
      // The labels were drawn with these probabilities.
      EXPECT_NEAR(bins[k].positive, bins[k].predicted, 0.08);
    }
    EXPECT_EQ(rows, all.size());
    EXPECT_LE(bins.size(), 20u);
    EXPECT_GE(bins.size(), static_cast<std::size_t>(kinds > 1000 ? 20 : std::min(kinds, 15)));
  }
}

TEST(ScoreCurves, RowsOfNoWeightAreCountedToo) {
  RankedScores scores;
  scores.add(-9, false, 0);
  scores.add(1, true, 1);
  scores.add(2, false, 1);
  const auto bins = std::move(scores).curves(sigmoid).reliability;
  EXPECT_EQ(std::accumulate(bins.begin(), bins.end(), std::uint64_t{0},
                            [](auto sum, const ReliabilityBin& bin) { return sum + bin.rows; }),
            3u);
}

TEST(ScoreCurves, TheHistogramHoldsAllOfEachClass) {
  for (const bool of_probabilities : {true, false}) {
    RankedScores scores;
    for (const Scored& row : scored(4000, 1000, 2)) {
      scores.add(row.score, row.positive, row.weight);
    }
    const ScoreCurves curves =
        of_probabilities ? std::move(scores).curves(sigmoid) : std::move(scores).curves();
    EXPECT_EQ(curves.are_probabilities, of_probabilities);
    EXPECT_EQ(curves.reliability.empty(), !of_probabilities);
    double negative = 0, positive = 0;
    for (std::size_t k = 0; k < curves.histogram.size(); ++k) {
      negative += curves.histogram[k].negative;
      positive += curves.histogram[k].positive;
      if (k > 0) {
        EXPECT_EQ(curves.histogram[k].from, curves.histogram[k - 1].to);
      }
    }
    EXPECT_NEAR(negative, 1, 1e-9);
    EXPECT_NEAR(positive, 1, 1e-9);
    if (of_probabilities) {
      EXPECT_EQ(curves.histogram.front().from, 0);
      EXPECT_EQ(curves.histogram.back().to, 1);
    }
  }
}

TEST(ScoreCurves, AMissingClassLeavesCurvesOut) {
  RankedScores scores;
  for (int i = 0; i < 10; ++i) scores.add(static_cast<float>(i), true, 1);
  const ScoreCurves curves = std::move(scores).curves(sigmoid);
  EXPECT_TRUE(curves.roc.empty());
  EXPECT_TRUE(curves.thresholds.empty());
  EXPECT_FALSE(curves.auc || curves.average_precision);
  EXPECT_FALSE(curves.reliability.empty());
  EXPECT_TRUE(RankedScores().curves(sigmoid).histogram.empty());
}

}  // namespace
}  // namespace hogwild
