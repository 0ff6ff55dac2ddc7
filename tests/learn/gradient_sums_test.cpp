#include "learn/gradient_sums.hpp"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

struct Expected {
  double gradient = 0;
  std::uint32_t rows = 0;
};

template <bool kCounts, class Part>
void take_all(Part part, std::map<Index, Expected>& left) {
  for (std::size_t k = 0; k < part.size(); ++k) {
    const Index coordinate = part.coordinate(k);
    const auto [gradient, rows] = part.template take<kCounts>(k);
    ASSERT_EQ(left.count(coordinate), 1u) << coordinate << " is listed twice or was never added";
    EXPECT_EQ(gradient, left[coordinate].gradient) << coordinate;
    EXPECT_EQ(rows, kCounts ? left[coordinate].rows : 0) << coordinate;
    left.erase(coordinate);
  }
  part.end();
}

template <bool kCounts>
void expect_sums_of_batches(bool in_order) {
  GradientSums sums;
  for (std::uint64_t batch = 0; batch < 20; ++batch) {
    const std::size_t rows = 4 + 8 * batch;  // more from batch to batch: the table grows
    constexpr std::size_t kNonzeros = 40;
    sums.reserve(rows * kNonzeros, kCounts);
    std::map<Index, Expected> expected;
    for (std::size_t row = 0; row < rows; ++row) {
      std::map<Index, double> of_row;
      for (std::size_t k = 0; k < kNonzeros; ++k) {
        const double u = Random(batch, row, k).uniform();
        const auto j = static_cast<Index>(u * u * 4 * GradientSums::kOwn);
        // Whole numbers, so that no order of additions rounds; -0 among them.
        of_row[j] = k % 5 == 0 ? -0.0 : static_cast<double>(k % 7) - 3;
      }
      std::vector<Index> coordinates;
      for (const auto& [j, gradient] : of_row) coordinates.push_back(j);
      if (!in_order) std::swap(coordinates.front(), coordinates.back());
      sums.add_row<kCounts>(coordinates, [&](std::size_t k) { return of_row[coordinates[k]]; });
      for (const auto& [j, gradient] : of_row) {
        expected[j].gradient += gradient;
        ++expected[j].rows;
      }
    }
    take_all<kCounts>(sums.own(), expected);
    take_all<kCounts>(sums.hashed(), expected);
    EXPECT_TRUE(expected.empty());
  }
}

TEST(GradientSums, HoldEachCoordinateOnce) {
  for (const bool in_order : {true, false}) {
    expect_sums_of_batches<true>(in_order);
    expect_sums_of_batches<false>(in_order);
  }
}

// Sums of 0 are sums as well: a rule with momentum moves a weight even if the gradient is 0.
TEST(GradientSums, GradientsThatCancelAreListedOnce) {
  GradientSums sums;
  sums.reserve(4, true);
  const std::vector<Index> row{3, GradientSums::kOwn + 3};
  for (const double gradient : {1.0, -1.0, -0.0, 2.0, -2.0}) {
    sums.add_row<true>(row, [=](std::size_t) { return gradient; });
  }
  ASSERT_EQ(sums.own().size(), 1u);
  ASSERT_EQ(sums.hashed().size(), 1u);
  EXPECT_EQ(sums.own().coordinate(0), row[0]);
  EXPECT_EQ(sums.hashed().coordinate(0), row[1]);
  const auto [gradient, rows] = sums.own().take<true>(0);
  EXPECT_EQ(gradient, 0);
  EXPECT_EQ(rows, 5u);
}

}  // namespace
}  // namespace hogwild
