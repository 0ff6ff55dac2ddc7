#include "hogwild/data/feature_space.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "data/rows/name_hash.hpp"

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

TEST(FeatureNames, NumbersNamesAnewAfterClear) {
  const std::string longest(40, 'x');
  FeatureNames names;
  for (int i = 0; i < 1000; ++i) names.insert(std::to_string(i));
  names.insert(longest);
  names.clear();
  EXPECT_EQ(names.size(), 0u);
  EXPECT_FALSE(names.find("7").has_value());
  EXPECT_FALSE(names.find(longest).has_value());
  EXPECT_EQ(names.insert(longest), 0u);
  EXPECT_EQ(names.insert("7"), 1u);
  EXPECT_EQ(names[0], longest);
  EXPECT_EQ(names[1], "7");
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

TEST(HashOfAName, IsTheSameOnEveryMachineAndInEveryVersion) {
  EXPECT_EQ(hash_of_name(""), 0x480FE49664288F5Du);
  EXPECT_EQ(hash_of_name("a"), 0x81E953EADD1084EFu);
  EXPECT_EQ(hash_of_name("words^red"), 0x57B23BBC48D76B89u);
  EXPECT_EQ(hash_of_name("sixteen_of_them_"), 0xE79D643B8210939u);
  EXPECT_EQ(hash_of_name("seventeen_of_them"), 0xAA6E489140015FF8u);
}

// As many numbers as if they were drawn at random.
TEST(HashOfAName, SpreadsNamesThatAreAlike) {
  constexpr int kNames = 200'000;
  constexpr std::size_t kNumbers = std::size_t{1} << 18;
  const auto distinct = [](const std::function<std::string(int)>& name, int shift) {
    std::vector<bool> taken(kNumbers);
    for (int i = 0; i < kNames; ++i) taken[hash_of_name(name(i)) >> shift & (kNumbers - 1)] = true;
    return static_cast<double>(std::ranges::count(taken, true));
  };
  const double load = static_cast<double>(kNames) / kNumbers;
  const double expected = kNumbers * (1 - std::exp(-load));
  const double variance = kNumbers * (std::exp(-load) - (1 + load) * std::exp(-2 * load));
  for (const int shift : {0, 23, 46}) {
    for (const char* format : {"{}", "f^{}", "f^c{}", "{:08x}", "{:x}00000", "{:016b}"}) {
      const auto name = [&](int i) { return fmt::format(fmt::runtime(format), i); };
      EXPECT_NEAR(distinct(name, shift), expected, 5 * std::sqrt(variance)) << format;
    }
  }
}

TEST(ShortName, IsPutTogetherFromItsParts) {
  const std::string text = "name_of_16_bytes|and what follows";
  for (std::size_t size = 0; size <= ShortName::kMost; ++size) {
    for (std::size_t head = 0; head < 8 && head <= size; ++head) {
      const ShortName whole = ShortName::at(text.data(), head)
                                  .followed_by(ShortName::at(text.data() + head, size - head));
      EXPECT_EQ(hash_of_name(whole), hash_of_name(text.substr(0, size))) << head << " of " << size;
    }
  }
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
