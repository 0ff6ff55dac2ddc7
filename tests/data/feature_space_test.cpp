#include "hogwild/data/feature_space.hpp"

#include <gtest/gtest.h>

#include <string>

namespace hogwild {
namespace {

TEST(FeatureNames, NumbersNamesInOrderOfInsertion) {
  FeatureNames names;
  EXPECT_EQ(names.insert("red"), 0u);
  EXPECT_EQ(names.insert("blue"), 1u);
  EXPECT_EQ(names.insert("red"), 0u);
  EXPECT_EQ(names.size(), 2u);
  EXPECT_EQ(names[1], "blue");
  EXPECT_EQ(names.find("blue"), 1u);
  EXPECT_FALSE(names.find("green").has_value());
  EXPECT_FALSE(FeatureNames().find("red").has_value());
}

TEST(FeatureNames, KeepsManyNamesApart) {
  FeatureNames names;
  constexpr Index kMany = 200'000;
  for (Index j = 0; j < kMany; ++j) ASSERT_EQ(names.insert("n" + std::to_string(j)), j);
  for (Index j = 0; j < kMany; ++j) {
    ASSERT_EQ(names.find("n" + std::to_string(j)), j);
    ASSERT_EQ(names[j], "n" + std::to_string(j));
  }
}

TEST(FeatureNames, TellsNamesApartThatCollideInTheirHash) {
  FeatureNames names;
  EXPECT_EQ(names.insert("a", 5), 0u);
  EXPECT_EQ(names.insert("b", 5), 1u);
  EXPECT_EQ(names.find("b", 5), 1u);
  EXPECT_EQ(names.find("a", 5), 0u);
}

TEST(FeatureNames, TakesAnyBytes) {
  FeatureNames names;
  const std::string odd("\0\xff tab\t", 7);
  EXPECT_EQ(names.insert(""), 0u);
  EXPECT_EQ(names.insert(odd), 1u);
  EXPECT_EQ(names[0], "");
  EXPECT_EQ(names[1], odd);
}

TEST(FeatureSpace, CallsFeaturesAsTheFileDoes) {
  EXPECT_EQ((FeatureSpace{.size = 5, .index_base = 1}.name(0)), "1");
  EXPECT_EQ((FeatureSpace{.size = 5, .index_base = 0}.name(0)), "0");
  auto names = std::make_shared<FeatureNames>();
  names->insert("red");
  EXPECT_EQ((FeatureSpace{.size = 1, .names = names}.name(0)), "red");
}

}  // namespace
}  // namespace hogwild
