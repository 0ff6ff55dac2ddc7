#include <gtest/gtest.h>

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/reader.hpp"
#include "support/files.hpp"
#include "support/named.hpp"
#include "support/parsed.hpp"

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

using test::Named;
using test::named;

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

TEST_F(Vw, NumbersNamesInTheOrderOfTheText) {
  // More names than are kept from chunk to chunk; lines that are skipped have names of their own.
  std::string text;
  std::vector<std::string> names;
  std::vector<std::vector<Index>> rows;
  std::map<std::string, Index> numbers;
  for (std::uint64_t i = 0; i < 30'000; ++i) {
    Random random(5, i);
    const bool is_skipped = random.below(100) == 0;
    text += "1 |w";
    std::vector<Index> row;
    for (int k = 0; k < 12; ++k) {
      const std::uint64_t most = random.below(2) == 0 ? 100 : 1'000'000;
      std::string name = (is_skipped ? "s" : "n") + std::to_string(random.below(most));
      if (random.below(10) == 0) name += "_that_is_longer_than_sixteen_bytes";
      text += ' ' + name;
      if (is_skipped) continue;
      const auto [at, is_new] = numbers.try_emplace("w^" + name, static_cast<Index>(names.size()));
      if (is_new) names.push_back(at->first);
      row.push_back(at->second);
    }
    text += is_skipped ? " bad:1x\n" : "\n";
    if (is_skipped) continue;
    std::ranges::sort(row);
    row.erase(std::unique(row.begin(), row.end()), row.end());
    rows.push_back(row);
  }
  ASSERT_GT(names.size(), 3u << 14);
  const Dataset data = read_text(text, {.on_error = OnError::skip, .threads = 3});
  ASSERT_EQ(data.features().size, names.size());
  for (Index j = 0; j < names.size(); ++j) ASSERT_EQ(data.features().name(j), names[j]);
  ASSERT_EQ(data.rows(), rows.size());
  for (Offset i = 0; i < rows.size(); ++i) {
    ASSERT_TRUE(std::ranges::equal(data.row(i).indices, rows[i])) << i;
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

TEST_F(Vw, HasNoComments) {
  const Dataset data = read_text("1 |f a\n#tag1|f b\n");
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ(named(data, 1), (Named{{"f^b", 1}}));
  EXPECT_EQ(fault_of("1 |f a\n# words\n"),
            "data.vw:2:1: this row has no '|', and VW text has no comments; remove the line");
}

TEST_F(Vw, KeepsNamespacesAndNamesApart) {
  const std::string text = "1 | a^b |a b\n1 |a^b c |a b^c\n1 | a^b^c x^\n";
  const Dataset data = read_text(text);
  EXPECT_EQ(named(data, 0), (Named{{"a:^b", 1}, {"a^b", 1}}));
  EXPECT_EQ(named(data, 1), (Named{{"a:^b^c", 1}, {"a^b:^c", 1}}));
  EXPECT_EQ(named(data, 2), (Named{{"a:^b:^c", 1}, {"x:^", 1}}));
  std::string many;  // so that it is read by more than one parser
  for (int i = 0; i < 100; ++i) many += "1 |f a b c\n" + text;
  EXPECT_EQ(read_text(many).features().size, data.features().size + 3);
  EXPECT_EQ(read_text(many, {.features = data.features()}).source().unknown_features, 300u);
}

TEST_F(Vw, FindsNamesThatAnOlderModelHasAsTheyStand) {
  auto names = std::make_shared<FeatureNames>();
  for (const char* name : {"x^2", "f^y^2", "f^z"}) names->insert(name);
  const FeatureSpace space{.size = 3, .names = names, .format = "vw"};
  const Dataset data = read_text("1 | x^2 |f y^2 z\n1 | z^2\n", {.features = space});
  EXPECT_EQ(named(data, 0), (Named{{"x^2", 1}, {"f^y^2", 1}, {"f^z", 1}}));
  EXPECT_EQ(data.source().unknown_features, 1u);
}

TEST_F(Vw, HashesNamesAsTheyStand) {
  const Dataset data = read_text("1 | x^2\n", {.hash_bits = 18});
  EXPECT_EQ(data.row(0).indices[0], hash_of_name("x^2") & ((1u << 18) - 1));
}

TEST_F(Vw, TakesAValueThatIsAWordAsPartOfTheName) {
  const Dataset data =
      read_text("1 | city:paris x:2 |home:0.5 city:rome url:http://a\n-1 | city:r^s\n");
  EXPECT_EQ(
      named(data, 0),
      (Named{{"city=paris", 1}, {"x", 2}, {"home^city=rome", 0.5f}, {"home^url=http://a", 0.5f}}));
  EXPECT_EQ(named(data, 1), (Named{{"city=r:^s", 1}}));
  const Dataset hashed = read_text("1 | city:paris\n", {.hash_bits = 18});
  EXPECT_EQ(hashed.row(0).indices[0], hash_of_name("city=paris") & ((1u << 18) - 1));
}

TEST_F(Vw, TakesWordsThatBeginAsNanOrInfinity) {
  EXPECT_EQ(named(read_text("1 | level:INFO city:nancy x:info y:nan_\n"), 0),
            (Named{{"level=INFO", 1}, {"city=nancy", 1}, {"x=info", 1}, {"y=nan_", 1}}));
  for (const char* value : {"nan", "inf", "INF", "infinity"}) {
    EXPECT_EQ(fault_of("1 | y:" + std::string(value) + "\n").substr(0, 35),
              "data.vw:1:7: a value must be finite");
  }
}

TEST_F(Vw, CallsValuesWithoutANameByTheirPlace) {
  const Dataset data = read_text("1 | :2 a :0.5 |f :3 |f :4\n");
  EXPECT_EQ(named(data, 0), (Named{{"0", 2}, {"a", 1}, {"1", 0.5f}, {"f^0", 7}}));
}

TEST_F(Vw, KnowsWordsInTheFeaturesOfAModel) {
  const FeatureSpace space = read_text("1 | city:paris :2\n").features();
  const Dataset data = read_text("1 | city:paris city:rome :3 :4\n", {.features = space});
  EXPECT_EQ(named(data, 0), (Named{{"city=paris", 1}, {"0", 3}}));
  EXPECT_EQ(data.source().unknown_features, 2u);
  const FeatureSpace without_colon = read_text("1 | mac:abcd\n").features();
  EXPECT_EQ(read_text("1 | mac:ab:cd\n", {.features = without_colon}).row(0).nonzeros(), 0u);
}

TEST_F(Vw, NamesTheLineAndColumnOfAFault) {
  EXPECT_EQ(fault_of("1 | x\n1 | y:1z\n"),
            "data.vw:2:7: expected a value, found '1z'; write a decimal number, such as 1, -0.5 or "
            "2e-3");
  EXPECT_EQ(fault_of("1 | x\nno bar\n").substr(0, 12), "data.vw:2:1:");
  EXPECT_EQ(fault_of("x | y\n").substr(0, 36), "data.vw:1:1: expected a label, found");
  EXPECT_EQ(fault_of("1 | y:nan\n").substr(0, 36), "data.vw:1:7: a value must be finite,");
  EXPECT_EQ(fault_of("1 -2 | y\n").substr(0, 12), "data.vw:1:3:");
  EXPECT_EQ(fault_of("1 2 3 | y\n").substr(0, 12), "data.vw:1:5:");
  EXPECT_EQ(fault_of("1 'tag 2 | y\n").substr(0, 12), "data.vw:1:3:");
  EXPECT_EQ(fault_of("1 | :\n").substr(0, 12), "data.vw:1:6:");
  EXPECT_EQ(fault_of("1 | :a\n").substr(0, 12), "data.vw:1:6:");
  EXPECT_EQ(fault_of("1 | y:\n").substr(0, 12), "data.vw:1:7:");
  EXPECT_EQ(fault_of("1 | y:-z\n").substr(0, 12), "data.vw:1:7:");
  EXPECT_EQ(fault_of("1 |a:x y\n").substr(0, 12), "data.vw:1:6:");
}

TEST_F(Vw, NamesTheLineWhereAProductGrowsTooLarge) {
  EXPECT_EQ(fault_of("1 | x\n1 |a:1e30 x:1e30\n").substr(0, 12), "data.vw:2:1:");
}

TEST_F(Vw, LeavesRowsWithoutALabelOutIfAsked) {
  const std::string text = "| p q\n1 | a\n'tag | r:1 s:x\n2 0.5 'tag | b\nword| t\n";
  const Dataset all = read_text(text);
  EXPECT_EQ(all.rows(), 5u);
  EXPECT_EQ(all.source().unlabelled_rows, 0u);
  const Dataset data = read_text(text, {.unlabelled = Unlabelled::skip});
  ASSERT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.source().unlabelled_rows, 3u);
  EXPECT_EQ(data.source().lines, 5u);
  EXPECT_FALSE(data.seen_labels().unlabelled());
  EXPECT_EQ(data.features().size, 2u);
  EXPECT_EQ(named(data, 1), (Named{{"b", 1}}));
  const ReadOptions words{.unlabelled = Unlabelled::skip, .word_labels = true};
  EXPECT_EQ(*read_text("| a\nno | b\nyes | c\n", words).classes(),
            (std::vector<std::string>{"no", "yes"}));
  try {
    read_text("| a\n| b\n", {.unlabelled = Unlabelled::skip});
    FAIL() << "rows without labels were read";
  } catch (const DataError& error) {
    EXPECT_NE(std::string(error.what()).find("no row has a label"), std::string::npos);
  }
}

TEST_F(Vw, SkippedLinesLeaveNoNames) {
  const Dataset data = read_text("1 | a\n1 | p q r:1x\n-1 | b\n", {.on_error = OnError::skip});
  EXPECT_EQ(data.features().size, 2u);
}

// Lines of many shapes, right and wrong, plain and not.
std::string random_vw_line(Random& random) {
  const auto one_of = [&](std::initializer_list<const char*> texts) {
    return std::string(texts.begin()[random.below(texts.size())]);
  };
  if (random.below(12) == 0) return one_of({"", "# | a", " ", "1", "x", "|", "1 |", "1|a", "| a"});
  std::string line = one_of({"1", "-1", "0", "2.5"});
  if (random.below(8) == 0) {
    line = one_of({"word", "a#b", "1,2", "'z", "nan", "1e400", "\xef\xbb\xbfword"});
  }
  if (random.below(5) == 0) line = one_of({"+1", "1 2", "1 0.5 'tag", "1 tag", "2 'a"});
  line += random.below(15) == 0 ? one_of({"", "\t"}) : " ";
  for (std::uint64_t spaces = 1 + random.below(2); spaces > 0; --spaces) {
    line += random.below(10) == 0
                ? one_of({"|f:2", "|f:", "| "})
                : one_of({"|", "|f", "|words", "|seven77", "|eight888", "|a_namespace"});
    for (std::uint64_t n = random.below(6); n > 0; --n) {
      line += random.below(15) == 0 ? one_of({"  ", "\t", "\r", " \t ", ""}) : " ";
      line += one_of({"a", "b", "c123456789012345678901234567890", "d7", "\xc3\xa9", "e^f",
                      "eight_by", "fifteen_of_them", "sixteen_of_them_"});
      if (random.below(8) == 0) line += std::to_string(random.below(1000));
      if (random.below(3) == 0) {
        line += one_of({":2", ":0.25", ":1", ":-1e3", ":12345678901", ":3"});
        if (random.below(15) == 0) line += one_of({":", "x", ":nan", "|"});
      } else if (random.below(20) == 0) {
        line += one_of({":red", ":e5", " :2", " :", ":infinite", ":x:y"});
      }
    }
    if (random.below(4) == 0) line += " ";
  }
  if (random.below(10) == 0) line += one_of({" ", "\r", " \r", ":", ":1"});
  return line;
}

TEST(PlainVw, IsReadAsLineByLineWhateverStandsBesideIt) {
  Random random(22);
  FeatureNames classes;
  for (const char* name : {"word", "1", "2.5"}) classes.insert(name);
  FeatureNames known;
  for (const char* name : {"a", "f^a", "f^b", "words^d7"}) known.insert(name);
  std::uint64_t plain_lines = 0, lines = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    // A few KiB at times, which are scanned in parts.
    for (std::uint64_t n = random.below(i % 8 == 0 ? 600 : 30); n > 0; --n) {
      text += random_vw_line(random) + (random.below(15) == 0 ? "\r\n" : "\n");
    }
    if (random.below(2) == 0) text += random_vw_line(random);
    ParseRules rules;
    if (random.below(2) == 0) rules.hash_bits = 1 + static_cast<int>(random.below(20));
    rules.any_order = random.below(2) == 0;
    rules.class_labels = random.below(4) == 0;
    if (rules.class_labels && random.below(2) == 0) rules.known_classes = &classes;
    if (random.below(3) == 0) {
      rules.hash_bits = 0;
      rules.known_names = &known;
    }
    const OnError on_error = random.below(2) == 0 ? OnError::skip : OnError::fail;
    test::ParsedChunk fast = test::parsed(text, Format::vw, rules, on_error);
    test::ParsedChunk slow = test::parsed_line_by_line(text, parse_vw_line, rules, on_error);
    // Names of a line that was given up are numbered in the order they were met.
    const bool numbered = rules.hash_bits == 0 && rules.known_names == nullptr;
    if (!numbered || fast.batch.skipped_lines == 0) {
      ASSERT_EQ(test::shown(fast), test::shown(slow)) << text;
    }
    ASSERT_EQ(fast.batch.labels.size(), slow.batch.labels.size()) << text;
    for (Index j = 0; numbered && fast.batch.skipped_lines == 0 && j < slow.batch.names.size();
         ++j) {
      ASSERT_EQ(fast.batch.names[j], slow.batch.names[j]);
    }

    RowBatch plain;
    const std::size_t first = text.find('\n', kReadBefore), end = end_of_padded_lines(text);
    if (first != std::string::npos && first + 1 < end)
      parse_plain_vw(text, first + 1, end, rules, plain);
    if (i % 8 == 0) continue;
    plain_lines += plain.lines;
    lines += slow.batch.lines;
  }
  EXPECT_GT(plain_lines, lines / 50);  // or nothing but the other parser was tried
}

// Rows longer than what is scanned at once, each with one name that is not as it should be.
TEST(PlainVw, OneUnsoundNameOfALongRowIsFoundWhereverItStands) {
  FeatureNames known;
  for (int j = 0; j < 900; j += 2) known.insert("f^name" + std::to_string(j));
  for (const char* unsound : {"x:1y", "x:", "x:1:1", ":1", "x|y", "|f:2 x", "|g", "x:nan"}) {
    for (int at = 1; at < 900; at += 43) {
      std::string text = "1 |f first:1 second\n-1 |f";
      for (int j = 0; j < 900; ++j)
        text += j == at ? " " + std::string(unsound) : " name" + std::to_string(j);
      text += "\n1 |f first:1 second:0.5\n1 |f first:1 third\n";
      for (const ParseRules& rules :
           {ParseRules{.hash_bits = 20, .any_order = true}, ParseRules{},
            ParseRules{.class_labels = true}, ParseRules{.known_names = &known}}) {
        const test::ParsedChunk fast = test::parsed(text, Format::vw, rules, OnError::fail);
        const test::ParsedChunk slow =
            test::parsed_line_by_line(text, parse_vw_line, rules, OnError::fail);
        ASSERT_EQ(test::shown(fast), test::shown(slow)) << unsound << " at " << at;
      }
    }
  }
}

TEST_F(Vw, TakesALineOfMoreNamesThanHaveRoom) {
  std::string line = "1 |space";
  for (int j = 0; j < 60'000; ++j) line += " name" + std::to_string(j);
  const Dataset data = read_text("-1 | a\n" + line + "\n-1 | b\n" + line + "\n");
  ASSERT_EQ(data.rows(), 4u);
  EXPECT_EQ(data.row(1).nonzeros(), 60'000u);
  EXPECT_EQ(data.row(3).nonzeros(), 60'000u);
  EXPECT_EQ(data.features().size, 60'002u);
}

}  // namespace
}  // namespace hogwild
