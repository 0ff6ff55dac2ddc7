#include "feed/curriculum.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <vector>

namespace hogwild {
namespace {

// Row i is the i-th hardest: the order of difficulty is the reverse of the file's.
std::vector<float> falling(std::size_t rows) {
  std::vector<float> difficulty;
  for (std::size_t i = 0; i < rows; ++i) difficulty.push_back(static_cast<float>(rows - i));
  return difficulty;
}

constexpr auto kFirstLevel = [](Offset) { return 1; };

std::map<Offset, int> counts(const std::vector<Offset>& rows) {
  std::map<Offset, int> count;
  for (const Offset row : rows) ++count[row];
  return count;
}

TEST(Curriculum, SortsRowsIntoLevelsOfEqualSize) {
  const Curriculum curriculum(CurriculumKind::naive, 4, falling(100));
  EXPECT_EQ(curriculum.sorted().front(), 99u);
  EXPECT_EQ(curriculum.sorted().back(), 0u);
  for (int level = 1; level <= 4; ++level) {
    EXPECT_EQ(curriculum.rows_up_to(level), 25u * static_cast<Offset>(level));
  }
}

TEST(Curriculum, OfRowsAlikeTheEarlierIsEasier) {
  const Curriculum curriculum(CurriculumKind::naive, 2, std::vector<float>(10, 1.0f));
  EXPECT_TRUE(std::ranges::is_sorted(curriculum.sorted()));
}

// An epoch has as many visits as there are rows, whatever the kind.
TEST(Curriculum, NaiveCyclesTheAdmittedRowsEvenly) {
  for (const Offset rows : {1, 7, 100, 1003}) {
    for (const int admitted : {1, 2, 3, 5, 9}) {
      const Curriculum curriculum(CurriculumKind::naive, 5, falling(rows));
      const auto order = curriculum.order(1, 0, [&](Offset) { return admitted; });
      ASSERT_EQ(order.size(), rows);
      const Offset pool = curriculum.rows_up_to(std::min(admitted, curriculum.levels()));
      const auto visits = counts(order);
      EXPECT_EQ(visits.size(), pool);
      for (const auto& [row, count] : visits) {
        EXPECT_GE(row, rows - pool);  // the easy ones stand last in the file
        EXPECT_GE(count, static_cast<int>(rows / pool));
        EXPECT_LE(count, static_cast<int>((rows + pool - 1) / pool));
      }
    }
  }
}

TEST(Curriculum, WithAllLevelsAdmittedNaiveVisitsEachRowOnce) {
  const Curriculum curriculum(CurriculumKind::naive, 5, falling(1003));
  const auto order = curriculum.order(1, 3, [](Offset) { return 5; });
  EXPECT_EQ(counts(order).size(), 1003u);
  EXPECT_FALSE(std::ranges::is_sorted(order));
}

// A cap drawn from 1..L, then a row up to it: level l has the share sum over caps >= l of 1/(L
// cap).
TEST(Curriculum, MixedVisitsEachLevelAsOftenAsItsDefinitionSays) {
  const Offset rows = 100'000;
  const Curriculum curriculum(CurriculumKind::mixed, 4, falling(rows));
  std::vector<double> seen(4);
  for (const Offset row : curriculum.order(1, 0, kFirstLevel)) {
    seen[(rows - 1 - row) / (rows / 4)] += 1.0 / static_cast<double>(rows);
  }
  for (int level = 1; level <= 4; ++level) {
    double wanted = 0;
    for (int cap = level; cap <= 4; ++cap) wanted += 1.0 / (4 * cap);
    EXPECT_NEAR(seen[static_cast<std::size_t>(level - 1)], wanted, 0.01) << level;
  }
}

TEST(Curriculum, CombinedIsHalfOfEach) {
  const Offset rows = 100'000;
  const Curriculum curriculum(CurriculumKind::combined, 4, falling(rows));
  double easiest = 0;
  for (const Offset row : curriculum.order(1, 0, kFirstLevel)) easiest += row >= rows * 3 / 4;
  const double mixed = (1 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4) / 4;
  EXPECT_NEAR(easiest / static_cast<double>(rows), (1 + mixed) / 2, 0.01);
}

TEST(Curriculum, IsAFunctionOfSeedAndEpoch) {
  const Curriculum curriculum(CurriculumKind::combined, 5, falling(500));
  EXPECT_EQ(curriculum.order(1, 2, kFirstLevel), curriculum.order(1, 2, kFirstLevel));
  EXPECT_NE(curriculum.order(1, 2, kFirstLevel), curriculum.order(2, 2, kFirstLevel));
  EXPECT_NE(curriculum.order(1, 2, kFirstLevel), curriculum.order(1, 3, kFirstLevel));
}

TEST(Curriculum, AdmitsMoreRowsWithinAnEpoch) {
  const Curriculum curriculum(CurriculumKind::naive, 2, falling(100));
  const auto order = curriculum.order(1, 0, [](Offset visit) { return visit < 50 ? 1 : 2; });
  for (Offset visit = 0; visit < 50; ++visit) EXPECT_GE(order[visit], 50u);
  EXPECT_TRUE(std::ranges::any_of(order, [](Offset row) { return row < 50; }));
}

}  // namespace
}  // namespace hogwild
