#include "hogwild/core/random.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <vector>

namespace hogwild {
namespace {

TEST(Random, IsAFunctionOfSeedAndKeys) {
  Random a(1, 2u, 3u), b(1, 2u, 3u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(a.bits(), b.bits());
  EXPECT_NE(Random(1, 2u, 3u).bits(), Random(1, 3u, 2u).bits());
  EXPECT_NE(Random(1).bits(), Random(2).bits());
}

TEST(Random, GivesTheSameNumbersOnEveryMachine) {
  EXPECT_EQ(mix_bits(1), 0x5692161D100B05E5ull);  // SplitMix64's finaliser, by hand
  static_assert(Random(7).bits() == Random(7).bits());
}

TEST(Random, UniformStaysInRangeAndHasItsMoments) {
  Random random(42);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const double u = random.uniform();
    ASSERT_GE(u, 0);
    ASSERT_LT(u, 1);
    sum += u;
    squares += u * u;
  }
  EXPECT_NEAR(sum / kDraws, 0.5, 0.005);
  EXPECT_NEAR(squares / kDraws, 1.0 / 3, 0.005);
}

TEST(Random, NormalHasItsMoments) {
  Random random(43);
  double sum = 0, squares = 0;
  constexpr int kDraws = 100'000;
  for (int i = 0; i < kDraws; ++i) {
    const double z = random.normal();
    sum += z;
    squares += z * z;
  }
  EXPECT_NEAR(sum / kDraws, 0, 0.015);
  EXPECT_NEAR(squares / kDraws, 1, 0.02);
}

TEST(Random, BelowCoversItsRangeEvenly) {
  Random random(44);
  std::vector<int> counts(7);
  for (int i = 0; i < 70'000; ++i) ++counts[random.below(7)];
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 400);
}

TEST(Shuffle, IsAPermutation) {
  std::vector<int> values(1000);
  std::iota(values.begin(), values.end(), 0);
  shuffle(std::span(values), Random(5));
  EXPECT_FALSE(std::ranges::is_sorted(values));
  std::ranges::sort(values);
  for (int i = 0; i < 1000; ++i) EXPECT_EQ(values[static_cast<std::size_t>(i)], i);
}

TEST(Shuffle, ReachesEveryOrderEvenly) {
  std::vector<int> counts(6);
  std::vector<std::vector<int>> orders;
  std::vector<int> order{0, 1, 2};
  do orders.push_back(order);
  while (std::ranges::next_permutation(order).found);
  for (unsigned seed = 0; seed < 60'000; ++seed) {
    std::vector<int> values{0, 1, 2};
    shuffle(std::span(values), Random(seed));
    ++counts[static_cast<std::size_t>(std::ranges::find(orders, values) - orders.begin())];
  }
  for (const int count : counts) EXPECT_NEAR(count, 10'000, 400);
}

}  // namespace
}  // namespace hogwild
