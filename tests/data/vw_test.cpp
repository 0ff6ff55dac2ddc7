#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "support/files.hpp"

namespace hogwild {
namespace {

class Vw : public testing::Test {
 protected:
  Dataset read_text(const std::string& text, const ReadOptions& options = {}) {
    return read({folder_.write("data.vw", text)}, options);
  }

  std::string fault_of(const std::string& text) {
    try {
      read_text(text);
    } catch (const Error& error) {
      const std::string message = error.what();
      return message.substr(message.find("data.vw"));
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
};

std::map<std::string, float> named(const Dataset& data, Offset i) {
  std::map<std::string, float> found;
  const SparseRow row = data.row(i);
  for (std::size_t k = 0; k < row.nonzeros(); ++k) {
    found[data.features().name(row.indices[k])] = row.value(k);
  }
  return found;
}

using Named = std::map<std::string, float>;

TEST_F(Vw, ReadsNamesAndValues) {
  const Dataset data = read_text("1 | red round:0.5\n-1 | blue\n");
  ASSERT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.source().format, "vw");
  EXPECT_EQ(named(data, 0), (Named{{"red", 1}, {"round", 0.5f}}));
  EXPECT_EQ(named(data, 1), (Named{{"blue", 1}}));
}

TEST_F(Vw, PutsTheNamespaceBeforeTheName) {
  const Dataset data = read_text("1 |colour red |shape round:2 red\n");
  EXPECT_EQ(named(data, 0), (Named{{"colour^red", 1}, {"shape^round", 2}, {"shape^red", 1}}));
}

TEST_F(Vw, MultipliesByTheNamespacesFactor) {
  EXPECT_EQ(named(read_text("1 |a:0.5 x y:4 |b x\n"), 0),
            (Named{{"a^x", 0.5f}, {"a^y", 2}, {"b^x", 1}}));
}

TEST_F(Vw, ReadsImportanceAndTags) {
  const Dataset data =
      read_text("1 2.5 'a_tag| x\n-1 tag| x\n1 3 touching| x\n-1 'tag2 | x\n1| x\n1 0.5 | x\n");
  ASSERT_EQ(data.rows(), 6u);
  EXPECT_FLOAT_EQ(data.row(0).weight, 2.5f);
  EXPECT_FLOAT_EQ(data.row(1).weight, 1);
  EXPECT_EQ(data.row(1).label, -1);
  EXPECT_FLOAT_EQ(data.row(2).weight, 3);
  EXPECT_FLOAT_EQ(data.row(3).weight, 1);
  EXPECT_EQ(data.row(4).label, 1);
  EXPECT_FLOAT_EQ(data.row(5).weight, 0.5f);
}

TEST_F(Vw, TakesRowsWithoutLabelOrFeatures) {
  const Dataset data = read_text("| x\n1 |\n'tag| x\n");
  ASSERT_EQ(data.rows(), 3u);
  EXPECT_NE(data.row(0).label, data.row(0).label);
  EXPECT_EQ(data.row(1).nonzeros(), 0u);
  EXPECT_NE(data.row(2).label, data.row(2).label);
}

TEST_F(Vw, AddsUpANameThatOccursTwice) {
  EXPECT_EQ(named(read_text("1 | x y x:2\n"), 0), (Named{{"x", 3}, {"y", 1}}));
}

TEST_F(Vw, PassesOverBlankLinesAndLineEndings) {
  EXPECT_EQ(read_text("\n1 | x\r\n\r\n-1 | y").rows(), 2u);
}

TEST_F(Vw, NumbersNamesAlikeWhateverTheThreads) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) {
    text += i % 2 == 0 ? "1 |w" : "-1 |w";
    for (int k = 1; k < 6; ++k) text += " n" + std::to_string((i * k) % 4999);
    text += '\n';
  }
  const Dataset one = read_text(text, {.threads = 1});
  EXPECT_EQ(one.features().size, 4999u);
  for (const int threads : {2, 4}) {
    const Dataset many = read_text(text, {.threads = threads});
    EXPECT_TRUE(std::ranges::equal(one.indices(), many.indices()));
    for (Index j = 0; j < one.features().size; ++j) {
      ASSERT_EQ(one.features().name(j), many.features().name(j));
    }
  }
}

TEST_F(Vw, HashesNamesWhenAsked) {
  const Dataset data = read_text("1 |w red blue\n-1 |w green\n", {.hash_bits = 18});
  EXPECT_EQ(data.features().size, 1u << 18);
  EXPECT_EQ(data.features().names, nullptr);
  const Index red = static_cast<Index>(hash_of_name("w^red") & ((1u << 18) - 1));
  EXPECT_TRUE(std::ranges::find(data.row(0).indices, red) != data.row(0).indices.end());
}

TEST_F(Vw, LeavesOutNamesThatAGivenSpaceLacks) {
  const Dataset training = read_text("1 | a b\n-1 | c\n");
  const Dataset test = read_text("1 | b z c\n", {.features = training.features()});
  EXPECT_EQ(named(test, 0), (Named{{"b", 1}, {"c", 1}}));
  EXPECT_EQ(test.source().unknown_features, 1u);
  EXPECT_EQ(test.features().size, 3u);
}

TEST_F(Vw, NamesTheLineAndColumnOfAFault) {
  EXPECT_EQ(fault_of("1 | x\n1 | y:z\n"),
            "data.vw:2:7: expected a value, found 'z'; write a decimal number, such as 1, -0.5 or "
            "2e-3");
  EXPECT_EQ(fault_of("1 | x\nno bar\n").substr(0, 12), "data.vw:2:1:");
  EXPECT_EQ(fault_of("x | y\n").substr(0, 36), "data.vw:1:1: expected a label, found");
  EXPECT_EQ(fault_of("1 | y:nan\n").substr(0, 36), "data.vw:1:7: a value must be finite,");
  EXPECT_EQ(fault_of("1 -2 | y\n").substr(0, 12), "data.vw:1:3:");
  EXPECT_EQ(fault_of("1 2 3 | y\n").substr(0, 12), "data.vw:1:5:");
  EXPECT_EQ(fault_of("1 'tag 2 | y\n").substr(0, 12), "data.vw:1:3:");
  EXPECT_EQ(fault_of("1 | :3\n").substr(0, 12), "data.vw:1:5:");
  EXPECT_EQ(fault_of("1 |a:x y\n").substr(0, 12), "data.vw:1:6:");
}

TEST_F(Vw, NamesTheLineWhereAProductGrowsTooLarge) {
  EXPECT_EQ(fault_of("1 | x\n1 |a:1e30 x:1e30\n").substr(0, 12), "data.vw:2:1:");
}

TEST_F(Vw, SkippedLinesLeaveNoNames) {
  const Dataset data = read_text("1 | a\n1 | p q r:x\n-1 | b\n", {.on_error = OnError::skip});
  EXPECT_EQ(data.features().size, 2u);
}

}  // namespace
}  // namespace hogwild
