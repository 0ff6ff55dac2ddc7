#include "feed/feeder.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "parallel/thread_team.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

struct Dealt {
  Offset begin;
  std::vector<Offset> rows;
};

// One epoch by that many workers; the blocks in the order of the epoch.
std::vector<Offset> deal(Feeder& feeder, int epoch, int workers) {
  ThreadTeam team(workers);
  std::vector<std::vector<Dealt>> by_worker(static_cast<std::size_t>(workers));
  feeder.start_epoch(epoch);
  team.run([&](int worker) {
    std::vector<SparseRow> rows;
    while (const auto ticket = feeder.next()) {
      feeder.rows_of(*ticket, rows);
      Dealt dealt{ticket->begin, {}};
      for (const SparseRow& row : rows) dealt.rows.push_back(static_cast<Offset>(row.label));
      by_worker[static_cast<std::size_t>(worker)].push_back(std::move(dealt));
    }
  });
  std::vector<Dealt> blocks;
  for (const auto& some : by_worker) blocks.insert(blocks.end(), some.begin(), some.end());
  std::ranges::sort(blocks, {}, &Dealt::begin);
  std::vector<Offset> order;
  for (const Dealt& block : blocks) order.insert(order.end(), block.rows.begin(), block.rows.end());
  return order;
}

class EveryOrder : public testing::TestWithParam<RowOrder> {};
INSTANTIATE_TEST_SUITE_P(Feeder, EveryOrder,
                         testing::Values(RowOrder::shuffle, RowOrder::sequential),
                         [](const auto& order) {
                           return order.param == RowOrder::shuffle ? "Shuffle" : "Sequential";
                         });

TEST_P(EveryOrder, HandsOutEveryRowExactlyOnceAnEpoch) {
  for (const Offset rows :
       {Offset{0}, Offset{1}, Offset{2}, Offset{63}, Offset{64}, Offset{65}, Offset{1000},
        Feeder::kSmallRows, Feeder::kSmallRows + 1, Feeder::kSmallRows + 16, Offset{100'003}}) {
    const Dataset data = test::numbered_rows(rows);
    for (const int workers : {1, 2, 4, 8}) {
      Feeder feeder(data, GetParam(), 1);
      for (int epoch = 0; epoch < 2; ++epoch) {
        std::vector<Offset> order = deal(feeder, epoch, workers);
        std::ranges::sort(order);
        ASSERT_EQ(order.size(), rows);
        for (Offset i = 0; i < rows; ++i) ASSERT_EQ(order[i], i);
      }
    }
  }
}

TEST_P(EveryOrder, IsAFunctionOfSeedAndEpochAlone) {
  for (const Offset rows : {Offset{500}, Offset{100'003}}) {
    const Dataset data = test::numbered_rows(rows);
    Feeder one(data, GetParam(), 7);
    Feeder many(data, GetParam(), 7);
    deal(many, 0, 2);  // a past that must not matter
    EXPECT_EQ(deal(one, 1, 1), deal(many, 1, 4));
  }
}

TEST(Shuffling, ChangesWithSeedAndEpoch) {
  for (const Offset rows : {Offset{500}, Offset{100'003}}) {
    const Dataset data = test::numbered_rows(rows);
    Feeder feeder(data, RowOrder::shuffle, 1);
    Feeder other(data, RowOrder::shuffle, 2);
    const auto first = deal(feeder, 0, 1);
    EXPECT_NE(first, deal(feeder, 1, 1));
    EXPECT_NE(first, deal(other, 0, 1));
    EXPECT_EQ(first, deal(feeder, 0, 1));
  }
}

TEST(Sequential, KeepsTheOrderOfTheFile) {
  const Dataset data = test::numbered_rows(3000);
  Feeder feeder(data, RowOrder::sequential, 1);
  const auto order = deal(feeder, 0, 1);
  EXPECT_TRUE(std::ranges::is_sorted(order));
}

// A file sorted by label must not give blocks of one label.
TEST(Shuffling, MixesTheTwoHalvesOfAFileInEveryBlock) {
  for (const Offset rows : {Offset{20'000}, Offset{200'000}}) {
    const Dataset data = test::numbered_rows(rows);
    Feeder feeder(data, RowOrder::shuffle, 3);
    feeder.start_epoch(0);
    std::vector<SparseRow> block;
    while (const auto ticket = feeder.next()) {
      feeder.rows_of(*ticket, block);
      if (block.size() < 256) continue;
      const auto half = static_cast<float>(rows / 2);
      const auto late =
          std::ranges::count_if(block, [&](const SparseRow& row) { return row.label >= half; });
      const double share = static_cast<double>(late) / static_cast<double>(block.size());
      EXPECT_GT(share, 0.15);
      EXPECT_LT(share, 0.85);
    }
  }
}

}  // namespace
}  // namespace hogwild
