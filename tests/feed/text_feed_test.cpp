#include "feed/text_feed.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "hogwild/core/error.hpp"
#include "parallel/thread_team.hpp"
#include "support/files.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

// Some MiB, so several chunks; the label of a row is its number.
std::string numbered_rows(std::uint64_t rows) {
  std::string text;
  for (std::uint64_t i = 0; i < rows; ++i) {
    text += std::to_string(i) + " 3:1 7:1 100:1 2000:1 30000:1 400000:1\n";
  }
  return text;
}

class TextFeeding : public testing::Test {
 protected:
  // The labels of an epoch, in the order they were handed to each worker.
  static std::vector<float> labels(TextFeed& feed, int epoch, int workers) {
    ThreadTeam team(workers);
    std::vector<std::vector<float>> by_worker(static_cast<std::size_t>(workers));
    feed.start_epoch(epoch);
    team.run([&](int worker) {
      while (const auto block = feed.next(worker)) {
        for (const SparseRow& row : block->rows) {
          by_worker[static_cast<std::size_t>(worker)].push_back(row.label);
        }
      }
    });
    std::vector<float> all;
    for (const auto& some : by_worker) all.insert(all.end(), some.begin(), some.end());
    return all;
  }

  // What dealt_out() throws after an epoch by that many workers, or "".
  std::string fault(const std::string& text, std::optional<LabelPair> pair, int workers) {
    RowStream stream({folder_.write("faulty", text)});
    TextFeed feed(stream.text(), RowOrder::shuffle, 1, pair, workers);
    labels(feed, 0, workers);
    try {
      EXPECT_TRUE(feed.dealt_out());
    } catch (const ParseError& error) {
      return std::to_string(error.line) + ":" + std::to_string(error.column) + ": " + error.reason;
    }
    return "";
  }

  test::TemporaryFolder folder_;
};

TEST_F(TextFeeding, HandsOutEveryRowExactlyOnceAnEpoch) {
  constexpr std::uint64_t kRows = 100'000;
  RowStream stream({folder_.write("a", numbered_rows(kRows))});
  for (const RowOrder order : {RowOrder::shuffle, RowOrder::sequential}) {
    for (const int workers : {1, 2, 4, 8}) {
      if (test::kSanitized && workers > 2) break;
      TextFeed feed(stream.text(), order, 1, std::nullopt, workers);
      for (int epoch = 0; epoch < 2; ++epoch) {
        std::vector<float> seen = labels(feed, epoch, workers);
        EXPECT_TRUE(feed.dealt_out());
        EXPECT_EQ(feed.rows(), kRows);
        std::ranges::sort(seen);
        ASSERT_EQ(seen.size(), kRows);
        for (std::uint64_t i = 0; i < kRows; ++i) ASSERT_EQ(seen[i], static_cast<float>(i));
      }
      EXPECT_EQ(feed.features().size, 400'001u);
    }
  }
}

TEST_F(TextFeeding, WithOneWorkerHasAnOrderOfSeedAndEpochAlone) {
  RowStream stream({folder_.write("a", numbered_rows(50'000))});
  TextFeed one(stream.text(), RowOrder::shuffle, 1, std::nullopt, 1);
  TextFeed same(stream.text(), RowOrder::shuffle, 1, std::nullopt, 1);
  TextFeed other(stream.text(), RowOrder::shuffle, 2, std::nullopt, 1);
  const std::vector<float> first = labels(one, 0, 1);
  EXPECT_EQ(first, labels(same, 0, 1));
  EXPECT_NE(first, labels(other, 0, 1));
  EXPECT_NE(first, labels(one, 1, 1));
  EXPECT_FALSE(std::ranges::is_sorted(first));
}

TEST_F(TextFeeding, InSequenceHasTheOrderOfTheText) {
  RowStream stream({folder_.write("a", numbered_rows(50'000))});
  TextFeed feed(stream.text(), RowOrder::sequential, 1, std::nullopt, 1);
  EXPECT_TRUE(std::ranges::is_sorted(labels(feed, 0, 1)));
}

TEST_F(TextFeeding, ReportsTheFirstFaultWhoeverFindsIt) {
  std::string text = numbered_rows(60'000);
  text += "1 1:x\n" + numbered_rows(60'000) + "1 y\n";
  for (const int workers : {1, 2, 4, 8}) {
    EXPECT_EQ(fault(text, std::nullopt, workers), "60001:5: expected a value, found 'x'");
  }
}

TEST_F(TextFeeding, RefusesAThirdLabelWhereItStands) {
  std::string rows;
  for (int i = 0; i < 60'000; ++i) rows += i % 2 == 0 ? "1 1:1 200000:1 3000000:1\n" : "-1 1:1\n";
  for (const int workers : {1, 2, 4}) {
    EXPECT_EQ(fault(rows + "3 1:1\n" + rows, LabelPair{-1, 1}, workers),
              "60001:1: third label 3, after 1 and -1");
    EXPECT_EQ(fault(rows + " 7:1\n" + rows, LabelPair{-1, 1}, workers),
              "60001:2: this row has no label");
    EXPECT_EQ(fault(rows, LabelPair{-1, 1}, workers), "");
  }
}

TEST_F(TextFeeding, PassesOverMalformedLinesIfToldTo) {
  RowStream stream({folder_.write("a", numbered_rows(3) + "1 x\n" + numbered_rows(2))},
                   {.on_error = OnError::skip});
  TextFeed feed(stream.text(), RowOrder::sequential, 1, std::nullopt, 2);
  EXPECT_EQ(labels(feed, 0, 2).size(), 5u);
  EXPECT_TRUE(feed.dealt_out());
  EXPECT_EQ(feed.record().source().skipped_lines, 1u);
  EXPECT_EQ(feed.record().source().lines, 6u);
}

TEST_F(TextFeeding, GivesRowsAsTheyWouldBeHeld) {
  const std::string text = "1 0:1 5:0.5\n-1 3:2\n1\n";
  RowStream stream({folder_.write("a", text)});
  TextFeed feed(stream.text(), RowOrder::sequential, 1, LabelPair{-1, 1}, 1);
  feed.start_epoch(0);
  const auto block = feed.next(0);
  ASSERT_TRUE(block);
  ASSERT_EQ(block->rows.size(), 3u);
  EXPECT_EQ(block->rows[0].indices[1], 5u);
  EXPECT_EQ(block->rows[0].value(1), 0.5f);
  EXPECT_EQ(block->rows[1].label, -1);
  EXPECT_EQ(block->rows[2].nonzeros(), 0u);
  EXPECT_FALSE(feed.next(0));
  EXPECT_TRUE(feed.dealt_out());
  EXPECT_EQ(feed.record().index_base(), 0);
  EXPECT_EQ(feed.features().size, 6u);
}

TEST_F(TextFeeding, TakesTheLargestIndexThereIs) {
  RowStream stream({folder_.write("a", "1 4294967294:1\n-1 1:1\n")});
  TextFeed feed(stream.text(), RowOrder::sequential, 1, LabelPair{-1, 1}, 1);
  EXPECT_EQ(labels(feed, 0, 1).size(), 2u);
  EXPECT_EQ(feed.features().size, 4'294'967'295u);
  EXPECT_LE(feed.features().size, stream.features().size);
}

TEST_F(TextFeeding, HasRoomForHotFeaturesThatNoRowHadYet) {
  RowStream stream({folder_.write("rows", numbered_rows(100))});
  const std::vector<Index> hot{400000, 3, 500000};  // the last is in rows of other processes alone
  TextFeed feed(stream.text(), RowOrder::shuffle, 1, {}, 1, HotFeatures(hot));
  const auto expect_room = [&] {
    const FeatureSpace space = feed.features();
    EXPECT_GE(space.plain().size, 500001u);
    EXPECT_EQ(space.size, space.plain().size + 3);
    for (Index j = 0; j < 3; ++j) EXPECT_EQ(space.plain(j), hot[j]);
    EXPECT_EQ(space.plain(space.size - 1), space.plain().size - 1);
  };
  expect_room();
  labels(feed, 0, 1);
  expect_room();
}

TEST_F(TextFeeding, IsNotDealtOutBeforeTheEnd) {
  RowStream stream({folder_.write("a", numbered_rows(50'000))});
  TextFeed feed(stream.text(), RowOrder::sequential, 1, std::nullopt, 1);
  feed.start_epoch(0);
  EXPECT_TRUE(feed.next(0));
  EXPECT_FALSE(feed.dealt_out());
}

}  // namespace
}  // namespace hogwild
