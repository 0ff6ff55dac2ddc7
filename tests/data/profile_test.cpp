#include "hogwild/data/profile.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "support/rows.hpp"

namespace hogwild {
namespace {

// The definitions, row against row.
Profile by_definition(const Dataset& data) {
  Profile wanted;
  std::vector<double> degrees(data.features().size);
  Offset most_met = 0;
  for (Offset i = 0; i < data.rows(); ++i) {
    wanted.omega = std::max<Offset>(wanted.omega, data.row(i).nonzeros());
    for (const Index j : data.row(i).indices) degrees[j] += 1;
    const std::set<Index> mine(data.row(i).indices.begin(), data.row(i).indices.end());
    Offset met = 0;
    for (Offset k = 0; k < data.rows(); ++k) {
      met += std::ranges::any_of(data.row(k).indices, [&](Index j) { return mine.contains(j); });
    }
    most_met = std::max(most_met, met);
  }
  wanted.delta = std::ranges::max(degrees) / static_cast<double>(data.rows());
  wanted.rho = static_cast<double>(most_met) / static_cast<double>(data.rows());
  return wanted;
}

TEST(Profile, AgreesWithTheDefinitions) {
  for (const double share : {0.005, 0.02, 0.2}) {
    const Dataset data = test::random_rows(300, 100, share, true, 3);
    const Profile wanted = by_definition(data);
    const Profile found = profile(data);
    EXPECT_EQ(found.omega, wanted.omega);
    EXPECT_DOUBLE_EQ(found.delta, wanted.delta);
    EXPECT_DOUBLE_EQ(found.rho, wanted.rho);
    EXPECT_TRUE(found.rho_is_exact);
  }
}

TEST(Profile, CountsRowsFeaturesAndLabels) {
  const Dataset data(
      {.offsets = {0, 2, 3}, .indices = {0, 2, 2}, .values = {}, .labels = {1, -1}, .weights = {}},
      {.size = 4});
  const Profile found = profile(data);
  EXPECT_EQ(found.rows, 2u);
  EXPECT_EQ(found.nonzeros, 3u);
  EXPECT_EQ(found.used_features, 2u);
  EXPECT_DOUBLE_EQ(found.density(), 3.0 / 8);
  ASSERT_EQ(found.labels.size(), 2u);
  EXPECT_EQ(found.labels[0].label, -1);
  EXPECT_EQ(found.labels[0].rows, 1u);
}

TEST(Profile, OfNothingIsZero) {
  EXPECT_EQ(profile(Dataset()).density(), 0);
}

}  // namespace
}  // namespace hogwild
