#include "data/rows/row_sort.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

template <class Drawers>
void expect_keys_sorted_however_they_are_spread() {
  Random random(5);
  for (int i = 0; i < 5000; ++i) {
    const std::size_t n = random.below(i % 50 == 0 ? 5000 : 300);
    // From all alike to all over the 32 bits, and crowded at either end.
    const std::uint64_t most = std::uint64_t{1} << random.below(33);
    const bool crowded = random.below(3) == 0;
    std::vector<std::uint64_t> keys;
    for (std::size_t k = 0; k < n; ++k) {
      std::uint64_t index = random.below(most);
      if (crowded && random.below(20) != 0) index = std::min<std::uint64_t>(index % 50, most - 1);
      keys.push_back(index << 32 | k);
    }
    std::vector<std::uint64_t> expected = keys, scratch(n);
    std::ranges::sort(expected);
    sort_keys<Drawers>(keys, scratch);
    ASSERT_EQ(keys, expected) << n << " below " << most;
  }
}

TEST(SortKeys, InEvenDrawersSortsKeysHoweverTheyAreSpread) {
  expect_keys_sorted_however_they_are_spread<EvenDrawers>();
}

TEST(SortKeys, InLogarithmicDrawersSortsKeysHoweverTheyAreSpread) {
  expect_keys_sorted_however_they_are_spread<LogarithmicDrawers>();
}

}  // namespace
}  // namespace hogwild
