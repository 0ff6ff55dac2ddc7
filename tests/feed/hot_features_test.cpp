#include "feed/hot_features.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "support/rows.hpp"

namespace hogwild {
namespace {

TEST(HotFeatures, AreTheMostFrequent) {
  const Dataset data = test::skewed_rows(HotFeatures::kSampleRows, true);
  const auto hot = HotFeatures::find(data);
  ASSERT_NE(hot, nullptr);
  std::vector<Offset> counts(data.features().size);
  for (const Index j : data.indices()) ++counts[j];
  for (Index h = 0; h + 1 < hot->size(); ++h) {
    EXPECT_GE(counts[hot->feature(h)], counts[hot->feature(h + 1)]);
  }
  EXPECT_EQ(hot->feature(0), static_cast<Index>(std::ranges::max_element(counts) - counts.begin()));
  EXPECT_LE(hot->size(), HotFeatures::kMost);
}

TEST(HotFeatures, HaveAPlaceEach) {
  const Dataset data = test::skewed_rows(HotFeatures::kSampleRows, true);
  const auto hot = HotFeatures::find(data);
  ASSERT_NE(hot, nullptr);
  std::set<Index> places;
  for (Index j = 0; j <= data.features().size; ++j) {  // and the bias
    EXPECT_EQ(hot->feature(hot->place(j)), j);
    EXPECT_TRUE(places.insert(hot->place(j)).second);
  }
}

TEST(HotFeatures, SplitRowsHoldTheSameNonzerosHotOnesFirst) {
  for (const bool ones : {true, false}) {
    const Dataset data = test::skewed_rows(HotFeatures::kSampleRows, ones);
    const auto hot = HotFeatures::find(data);
    ASSERT_NE(hot, nullptr);
    std::vector<SparseRow> rows{{{}, {}, 3.0f, 4.0f}};  // one without a feature
    for (Offset i = 0; i < 100; ++i) rows.push_back(data.row(i));
    SplitRows room;
    for (const std::size_t count : {rows.size(), std::size_t{10}}) {
      const auto split = hot->split(std::span(rows).first(count), room);
      ASSERT_EQ(split.size(), count);
      for (std::size_t i = 0; i < count; ++i) {
        EXPECT_TRUE(std::ranges::is_partitioned(split[i].indices,
                                                [&](Index p) { return p < hot->size(); }));
        EXPECT_EQ(split[i].label, rows[i].label);
        EXPECT_EQ(split[i].weight, rows[i].weight);
        EXPECT_EQ(split[i].values.size(), rows[i].values.size());
        std::map<Index, float> wanted, held;
        for (std::size_t k = 0; k < rows[i].nonzeros(); ++k) {
          wanted[rows[i].indices[k]] = rows[i].value(k);
        }
        for (std::size_t k = 0; k < split[i].nonzeros(); ++k) {
          held[hot->feature(split[i].indices[k])] = split[i].value(k);
        }
        EXPECT_EQ(held, wanted);
      }
    }
  }
}

TEST(HotFeatures, AreNoneWhereRowsHaveLittleInCommon) {
  Dataset::Arrays apart;
  for (Index i = 0; i < HotFeatures::kSampleRows; ++i) {
    apart.indices.push_back(i);
    apart.offsets.push_back(i + 1);
    apart.labels.push_back(i % 2 == 0 ? -1.0f : 1.0f);
  }
  EXPECT_EQ(HotFeatures::find(Dataset(std::move(apart), {.size = HotFeatures::kSampleRows})),
            nullptr);
}

TEST(HotFeatures, AreNoneWhereRowsAreFew) {
  EXPECT_EQ(HotFeatures::find(test::skewed_rows(HotFeatures::kSampleRows - 1, true)), nullptr);
}

}  // namespace
}  // namespace hogwild
