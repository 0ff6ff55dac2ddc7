#include "data/rows/row_arrays.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace hogwild {
namespace {

// A row of features first, first + 1, ..., as many as its label says.
void add_row(RowBatch& batch, Index first, int count, float value, float weight = 1) {
  for (int k = 0; k < count; ++k) batch.add(first + static_cast<Index>(k), value);
  EXPECT_FALSE(
      batch.end_row("", static_cast<float>(count), weight, Duplicates::refuse).has_value());
}

TEST(RowArrays, HoldRowsInTheOrderOfTheirClaims) {
  RowBatch a, b;
  add_row(a, 5, 2, 1);
  add_row(a, 9, 0, 1);
  add_row(b, 7, 3, 1);
  RowArrays rows;
  const auto first = rows.claim(a, 0.5), second = rows.claim(b, 1);
  EXPECT_EQ(rows.rows(), 3u);
  EXPECT_EQ(rows.bytes(), 3u * 12 + 5 * 4);
  rows.write(b, second);
  rows.write(a, first);
  const Dataset::Arrays arrays = rows.take(0);
  EXPECT_EQ(arrays.offsets, (Array<Offset>{0, 2, 2, 5}));
  EXPECT_EQ(arrays.indices, (Array<Index>{5, 6, 7, 8, 9}));
  EXPECT_EQ(arrays.labels, (Array<float>{2, 0, 3}));
  EXPECT_TRUE(arrays.values.empty());
  EXPECT_TRUE(arrays.weights.empty());
}

TEST(RowArrays, HoldOnesWhereALaterBatchHasOtherValuesOrWeights) {
  RowBatch ones, values, weights;
  add_row(ones, 1, 2, 1);
  add_row(values, 3, 1, 0.5f);
  add_row(weights, 4, 1, 1, 7);
  RowArrays rows;
  std::vector<RowArrays::Place> places;
  for (RowBatch* batch : {&ones, &values, &ones, &weights, &ones}) {
    places.push_back(rows.claim(*batch, 0));
  }
  std::size_t k = 0;
  for (RowBatch* batch : {&ones, &values, &ones, &weights, &ones}) rows.write(*batch, places[k++]);
  const Dataset::Arrays arrays = rows.take(1);
  EXPECT_EQ(arrays.indices, (Array<Index>{0, 1, 2, 0, 1, 3, 0, 1}));
  EXPECT_EQ(arrays.values, (Array<float>{1, 1, 0.5f, 1, 1, 1, 1, 1}));
  EXPECT_EQ(arrays.weights, (Array<float>{1, 1, 1, 7, 1}));
}

TEST(RowArrays, MakeRoomAtOnceWhereTheirLengthIsForetold) {
  RowBatch batch;
  for (int i = 0; i < 100; ++i) add_row(batch, 0, 10, 2);
  RowArrays rows;
  rows.write(batch, rows.claim(batch, 0.01));
  const Dataset::Arrays arrays = rows.take(0);
  EXPECT_GE(arrays.indices.capacity(), 100'000u);
  EXPECT_GE(arrays.values.capacity(), 100'000u);
  EXPECT_GE(arrays.labels.capacity(), 10'000u);
}

// One claims, and hands its places to the writers; room is too small again and again.
void write_from(int writers) {
  constexpr int kBatches = 400;
  std::vector<RowBatch> batches(kBatches);
  for (int b = 0; b < kBatches; ++b) {
    for (int i = 0; i < 20; ++i) add_row(batches[b], static_cast<Index>(b), i % 4, b < 50 ? 1 : 3);
  }
  RowArrays rows;
  std::vector<RowArrays::Place> places(kBatches);
  std::atomic<int> claimed{0}, next{0};
  const auto work = [&] {
    for (int b = next.fetch_add(1); b < kBatches; b = next.fetch_add(1)) {
      while (claimed.load(std::memory_order_acquire) <= b) std::this_thread::yield();
      rows.write(batches[b], places[b]);
    }
  };
  std::vector<std::jthread> threads;
  for (int k = 1; k < writers; ++k) threads.emplace_back(work);
  for (int b = 0; b < kBatches; ++b) {
    places[b] = rows.claim(batches[b], 0);
    claimed.store(b + 1, std::memory_order_release);
  }
  work();
  threads.clear();
  const Dataset::Arrays arrays = rows.take(0);
  ASSERT_EQ(arrays.labels.size(), kBatches * 20u);
  for (int row = 0; row < kBatches * 20; ++row) {
    const int b = row / 20, count = row % 4;
    const Offset begin = arrays.offsets[row];
    ASSERT_EQ(arrays.offsets[row + 1] - begin, static_cast<Offset>(count));
    for (int k = 0; k < count; ++k) {
      ASSERT_EQ(arrays.indices[begin + k], static_cast<Index>(b + k));
      ASSERT_EQ(arrays.values[begin + k], b < 50 ? 1 : 3);
    }
  }
}

TEST(RowArrays, AreWrittenByOneThread) {
  write_from(1);
}

TEST(RowArrays, AreWrittenBySeveralThreadsWhileTheyGrow) {
  write_from(4);
}

}  // namespace
}  // namespace hogwild
