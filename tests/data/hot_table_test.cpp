#include "data/rows/hot_table.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <map>
#include <span>
#include <vector>

#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

// Some of any numbers, those in the table and others.
std::vector<Index> features(std::size_t count, std::uint64_t seed) {
  Random random(seed, 0, 0);
  std::vector<Index> some(count);
  for (Index& j : some) j = static_cast<Index>(random.below(kMaxIndex));
  return some;
}

TEST(HotTable, NumbersWhatWasAddedInOrderAndAllOthersBehind) {
  HotTable table;
  std::map<Index, Index> numbers;
  for (const Index j : features(5000, 1)) {
    if (table.add(j)) numbers.emplace(j, static_cast<Index>(numbers.size()));
  }
  ASSERT_GT(numbers.size(), 4500u);
  EXPECT_EQ(table.size(), numbers.size());
  for (const auto& [j, number] : numbers) EXPECT_EQ(table.number(j), number);
  for (const Index j : features(5000, 2)) {
    if (numbers.contains(j)) continue;
    EXPECT_EQ(table.number(j), j + table.size()) << j;
  }
  for (const Index j : {Index{0}, Index{1}, kMaxIndex}) {
    if (numbers.contains(j)) continue;
    EXPECT_EQ(table.number(j), j + table.size()) << j;
  }
}

TEST(HotTable, GivesAPlaceOnce) {
  HotTable table;
  ASSERT_TRUE(table.add(7));
  EXPECT_FALSE(table.add(7));
  EXPECT_EQ(table.size(), 1u);
  // Of as many as a quarter of the places some want the same one.
  HotTable full;
  int refused = 0;
  for (const Index j : features(HotTable::kMost, 4)) refused += full.add(j) ? 0 : 1;
  EXPECT_GT(refused, 0);
  EXPECT_EQ(full.size(), HotTable::kMost - static_cast<Index>(refused));
}

TEST(HotTable, HoldsNoMoreThanTheMost) {
  HotTable table;
  for (Index j = 0; j < 4 * HotTable::kMost; ++j) table.add(j);
  EXPECT_EQ(table.size(), HotTable::kMost);
  EXPECT_FALSE(table.add(4 * HotTable::kMost));
  EXPECT_EQ(table.number(4 * HotTable::kMost), 5 * HotTable::kMost);
}

// Whole vectors and what is left of them.
TEST(HotTable, RenumbersAnyNumberOfFeaturesAsOne) {
  HotTable table;
  const std::vector<Index> all = features(3000, 3);
  for (std::size_t k = 0; k < all.size(); k += 2) table.add(all[k]);
  for (std::size_t count = 0; count < 70; ++count) {
    for (const std::size_t from : {0u, 1u, 37u}) {
      std::vector<Index> some(all);
      table.renumber(std::span(some).subspan(from, count));
      for (std::size_t k = 0; k < all.size(); ++k) {
        const bool meant = k >= from && k < from + count;
        ASSERT_EQ(some[k], meant ? table.number(all[k]) : all[k]) << count << ' ' << k;
      }
    }
  }
}

}  // namespace
}  // namespace hogwild
