#include "data/rows/shared_numbers.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <set>
#include <span>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "hogwild/core/random.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

// Of 2^28; few of them are often.
std::vector<Index> some_hashes(std::size_t count, std::uint64_t seed) {
  std::vector<Index> hashes;
  for (std::size_t k = 0; k < count; ++k) {
    const double skewed = std::pow(Random(seed, k).uniform(), 3);
    hashes.push_back(static_cast<Index>(skewed * 50'000) * 5003);
  }
  return hashes;
}

TEST(SharedNumbers, AreGivenInTheOrderOfFirstSight) {
  SharedNumbers numbers;
  std::vector<Index> hashes{9, 0, kMaxIndex, 9, 4, 0};
  numbers.number(hashes);
  EXPECT_EQ(hashes, (std::vector<Index>{0, 1, 2, 0, 3, 1}));
  std::vector<Index> more{4, 5};
  numbers.number(more);
  EXPECT_EQ(more, (std::vector<Index>{3, 4}));
  const auto met = numbers.met();
  EXPECT_EQ(std::vector<Index>(met->hashes().begin(), met->hashes().end()),
            (std::vector<Index>{9, 0, kMaxIndex, 4, 5}));
  EXPECT_FALSE(met->ascending());
  numbers.number({});
  EXPECT_EQ(numbers.met()->size(), 5u);
}

// One thread first: what several do with the same hashes is compared with a set.
TEST(SharedNumbers, AreOnePerHashOnAnyNumberOfThreads) {
  const std::size_t each = test::kSanitized ? 20'000 : 300'000;
  for (const int threads : {1, 2, 8}) {
    SharedNumbers numbers;
    std::vector<std::vector<Index>> hashes, given;
    std::set<Index> all;
    for (int t = 0; t < threads; ++t) {
      hashes.push_back(some_hashes(each, static_cast<std::uint64_t>(t)));
      all.insert(hashes.back().begin(), hashes.back().end());
    }
    given = hashes;
    {
      std::vector<std::jthread> team;
      for (auto& own : given) {
        team.emplace_back([&] {
          constexpr std::size_t kBlock = 1000;
          for (std::size_t k = 0; k < own.size(); k += kBlock) {
            numbers.number(std::span(own).subspan(k, kBlock));
            if (k % (10 * kBlock) == 0) {
              EXPECT_LE(numbers.met()->size(), all.size());
            }
          }
        });
      }
    }
    const auto met = numbers.met();
    ASSERT_EQ(met->size(), all.size()) << threads;
    EXPECT_EQ(std::set<Index>(met->hashes().begin(), met->hashes().end()), all);
    for (std::size_t t = 0; t < given.size(); ++t) {
      for (std::size_t k = 0; k < each; ++k) {
        ASSERT_EQ((*met)[given[t][k]], hashes[t][k]) << threads;
      }
    }
  }
}

TEST(SharedNumbers, InOrderAreThoseOfAscendingHashes) {
  SharedNumbers numbers;
  const std::vector<Index> hashes = some_hashes(200'000, 1);
  std::vector<Index> indices = hashes;
  numbers.number(indices);
  const auto ordered = numbers.in_order(indices);
  EXPECT_TRUE(ordered->ascending());
  for (std::size_t k = 0; k < hashes.size(); ++k) ASSERT_EQ((*ordered)[indices[k]], hashes[k]);
}

TEST(SharedNumbers, AreRefusedPastTheirMost) {
  SharedNumbers numbers(3);
  std::vector<Index> hashes{1, 2, 3, 1};
  numbers.number(hashes);
  std::vector<Index> more{2, 4};
  EXPECT_THROW(numbers.number(more), std::length_error);
}

TEST(FeatureNumbers, FindsManyAsItFindsEach) {
  for (const std::size_t count : {0, 1, 100, 30'000}) {
    std::set<Index> all;
    for (const Index hash : some_hashes(count, 3)) all.insert(hash);
    const FeatureNumbers numbers(Array<Index>(all.begin(), all.end()));
    EXPECT_TRUE(numbers.ascending());
    for (const std::size_t asked : {0, 1, 7, 8, 31, 32, 33, 1000}) {
      std::vector<Index> hashes = some_hashes(asked, 4);
      const std::vector<Index> before = hashes;
      bool all_known = true;
      const bool told = numbers.find(hashes);
      for (std::size_t k = 0; k < asked; ++k) {
        const auto found = numbers.find(before[k]);
        EXPECT_EQ(hashes[k], found.value_or(FeatureNumbers::kNone));
        EXPECT_EQ(found.has_value(), all.contains(before[k]));
        all_known = all_known && found;
      }
      EXPECT_EQ(told, all_known);
    }
  }
}

TEST(RowBatch, KeepsKnownHashesInAscendingOrderOfTheirNumbers) {
  const auto batch = [] {
    RowBatch made;
    for (const auto& [hash, value] : {std::pair{2u, 0.5f}, {5u, 1.5f}, {9u, 2.5f}}) {
      made.add(hash, value);
    }
    EXPECT_FALSE(made.end_row(nullptr, 1, 1, Duplicates::sum));
    made.add(7, 3.5f);
    EXPECT_FALSE(made.end_row(nullptr, -1, 1, Duplicates::sum));
    made.add(9, 4.5f);
    EXPECT_FALSE(made.end_row(nullptr, 1, 1, Duplicates::sum));
    return made;
  };
  const FeatureNumbers numbers(Array<Index>{9, 5, 2});  // 7 has none
  const auto features = [](const RowBatch& rows, std::size_t i) {
    std::vector<std::pair<Index, float>> row;
    for (std::size_t k = 0; k < rows.row(i).nonzeros(); ++k) {
      row.emplace_back(rows.row(i).indices[k], rows.row(i).value(k));
    }
    return row;
  };
  using Row = std::vector<std::pair<Index, float>>;
  for (const bool any_order : {false, true}) {
    RowBatch kept = batch();
    kept.keep_known(numbers, any_order);
    ASSERT_EQ(kept.rows(), 3u);
    const Row ascending{{0, 2.5f}, {1, 1.5f}, {2, 0.5f}},
        as_it_was{{2, 0.5f}, {1, 1.5f}, {0, 2.5f}};
    EXPECT_EQ(features(kept, 0), any_order ? as_it_was : ascending);
    EXPECT_EQ(features(kept, 1), Row());
    EXPECT_EQ(features(kept, 2), (Row{{0, 4.5f}}));
  }
}

}  // namespace
}  // namespace hogwild
