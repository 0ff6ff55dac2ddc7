#include "hogwild/data/ranking.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include "data/rows/hot_features.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/train/train.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

std::map<Index, Offset> degrees_of(const Dataset& data) {
  std::map<Index, Offset> degrees;
  for (const Index j : data.indices()) ++degrees[j];
  return degrees;
}

void expect_plain_rows(const Dataset& back, const Dataset& plain) {
  EXPECT_EQ(back.features().ranking, nullptr);
  EXPECT_EQ(back.features().size, plain.features().size);
  EXPECT_TRUE(std::ranges::equal(back.indices(), plain.indices()));
  EXPECT_TRUE(std::ranges::equal(back.values(), plain.values()));
  EXPECT_TRUE(std::ranges::equal(back.labels(), plain.labels()));
  EXPECT_TRUE(std::ranges::equal(back.offsets(), plain.offsets()));
}

TEST(Ranked, NumbersFeaturesByTheRowsThatHoldThem) {
  const Dataset plain = test::skewed_rows(5000, true);
  const Dataset data = ranked(plain);
  ASSERT_EQ(data.rows(), plain.rows());
  ASSERT_NE(data.features().ranking, nullptr);
  std::map<Index, Offset> degrees = degrees_of(plain), by_rank = degrees_of(data);
  EXPECT_EQ(data.features().size, degrees.size());  // features of no row have no rank
  EXPECT_EQ(data.features().plain().size, plain.features().size);
  for (Index rank = 0; rank < data.features().size; ++rank) {
    EXPECT_EQ(by_rank[rank], degrees[data.features().plain(rank)]);
    if (rank > 0) {
      EXPECT_LE(by_rank[rank], by_rank[rank - 1]);
    }
  }
}

TEST(Ranked, HoldsTheSameRows) {
  for (const bool ones : {true, false}) {
    const Dataset plain = test::skewed_rows(5000, ones);
    expect_plain_rows(unranked(ranked(plain)), plain);
  }
}

TEST(Ranked, KeepsWeightsAndNames) {
  auto names = std::make_shared<FeatureNames>();
  for (const char* const name : {"rare", "absent", "often"}) names->insert(name);
  Dataset::Arrays arrays{.offsets = {0, 2, 3},
                         .indices = {0, 2, 2},
                         .values = {5, 6, 7},
                         .labels = {1, -1},
                         .weights = {1, 3}};
  const Dataset data = ranked(Dataset(std::move(arrays), {.size = 3, .names = names}));
  EXPECT_EQ(data.features().size, 2u);
  EXPECT_EQ(data.features().name(0), "often");
  EXPECT_EQ(data.features().name(1), "rare");
  EXPECT_EQ(data.row(0).value(0), 6);
  EXPECT_EQ(data.row(0).value(1), 5);
  EXPECT_EQ(data.row(1).weight, 3);
}

TEST(Ranked, TwiceIsRankedOnce) {
  const Dataset data = ranked(test::skewed_rows(1000, true));
  EXPECT_EQ(ranked(data).indices().data(), data.indices().data());
}

// A model has plain numbers, so it is the same model but for the order of sums.
TEST(Ranked, RowsTrainTheSameModel) {
  for (const bool ones : {true, false}) {
    const Dataset plain = test::skewed_rows(5000, ones);
    const TrainOptions options{.learning_rate = 0.1f, .epochs = 2, .threads = 1};
    const Model one = train(plain, options).model, other = train(ranked(plain), options).model;
    ASSERT_EQ(other.features().size, plain.features().size);
    EXPECT_EQ(other.features().ranking, nullptr);
    for (Index j = 0; j < plain.features().size; ++j) {
      EXPECT_NEAR(other.weights()[j], one.weights()[j], 1e-4) << j;
    }
    EXPECT_NEAR(evaluate(other, ranked(plain)).loss, evaluate(one, plain).loss, 1e-5);
  }
}

TEST(HotFirst, RanksTheHotAloneAndKeepsTheOthersInOrder) {
  const Dataset plain = test::skewed_rows(5000, true);
  const Dataset data = hot_first(plain);
  ASSERT_NE(data.features().ranking, nullptr);
  const auto hot = static_cast<Index>(data.features().ranking->features.size());
  ASSERT_EQ(data.features().size, hot + plain.features().size);
  std::map<Index, Offset> degrees = degrees_of(plain);
  const auto is_hot = [&](Index j) { return degrees[j] * Hotness::kRowsPerTouch >= plain.rows(); };
  for (Index rank = 0; rank < hot; ++rank) {
    EXPECT_TRUE(is_hot(data.features().plain(rank)));
    if (rank > 0) {
      EXPECT_LE(degrees[data.features().plain(rank)], degrees[data.features().plain(rank - 1)]);
    }
  }
  EXPECT_GT(hot, 100u);
  Offset of_hot = 0, missed = 0;
  for (const Index j : data.indices()) {
    of_hot += j < hot ? 1 : 0;
    missed += j >= hot && is_hot(data.features().plain(j)) ? 1 : 0;
  }
  EXPECT_LT(missed, of_hot / 50);  // of two that want one place in the table, one goes without
  for (Index j = 0; j < plain.features().size; ++j) {
    EXPECT_EQ(data.features().plain(hot + j), j);
  }
}

TEST(HotFirst, RowsCanBeRankedAllTheSame) {
  const Dataset plain = test::skewed_rows(5000, true);
  const Dataset one = ranked(plain), other = ranked(hot_first(plain));
  ASSERT_EQ(one.features().size, other.features().size);
  EXPECT_TRUE(std::ranges::equal(one.indices(), other.indices()));
}

TEST(HotFirst, TakesFeaturesThatAreGiven) {
  const Dataset plain = test::skewed_rows(5000, false);
  const std::vector<Index> hot = hot_features(plain);
  ASSERT_GT(hot.size(), 100u);
  const Dataset data = hot_first(plain), other = hot_first(ranked(plain), hot);
  EXPECT_TRUE(std::ranges::equal(data.indices(), other.indices()));
  EXPECT_TRUE(std::ranges::equal(data.values(), other.values()));
  EXPECT_EQ(hot_features(data), hot);
  EXPECT_EQ(hot_first(plain, {}).features().ranking, nullptr);
}

TEST(HotFirst, HoldsTheSameRows) {
  for (const bool ones : {true, false}) {
    const Dataset plain = test::skewed_rows(5000, ones);
    expect_plain_rows(unranked(hot_first(plain)), plain);
  }
}

TEST(HotFirst, LeavesRowsAsTheyAreWhereNothingIsHot) {
  Dataset::Arrays arrays;
  for (Index i = 0; i < 20000; ++i) {  // each feature in two rows of 20000
    arrays.indices.push_back(i / 2);
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(i % 2 == 0 ? 1.0f : -1.0f);
  }
  const Dataset plain(std::move(arrays), {.size = 10000});
  EXPECT_EQ(hot_first(plain).features().ranking, nullptr);
  const Dataset data = ranked(plain);
  EXPECT_EQ(hot_first(data).indices().data(), data.indices().data());
}

TEST(HotFirst, RowsTrainTheSameModel) {
  const Dataset plain = test::skewed_rows(5000, false);
  const TrainOptions options{.learning_rate = 0.1f, .epochs = 2, .threads = 1};
  const Model one = train(plain, options).model, other = train(hot_first(plain), options).model;
  for (Index j = 0; j < plain.features().size; ++j) {
    EXPECT_NEAR(other.weights()[j], one.weights()[j], 1e-4) << j;
  }
}

TEST(RankSet, GivesWhatWasAddedInOrderAndIsEmptyThen) {
  RankSet set;
  for (int round = 0; round < 2; ++round) {
    for (const std::size_t rank : {16383u, 4096u, 64u, 0u, 63u, 4095u, 1u}) set.add(rank);
    std::vector<std::size_t> ranks;
    set.drain([&](std::size_t rank) { ranks.push_back(rank); });
    EXPECT_EQ(ranks, (std::vector<std::size_t>{0, 1, 63, 64, 4095, 4096, 16383}));
  }
}

}  // namespace
}  // namespace hogwild
