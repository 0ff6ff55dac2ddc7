#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <initializer_list>
#include <string>
#include <vector>

#include "data/text/parsing.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/reader.hpp"
#include "support/files.hpp"
#include "support/parsed.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

class Libsvm : public testing::Test {
 protected:
  Dataset read_text(const std::string& text, const ReadOptions& options = {}) {
    return read({folder_.write("data.svm", text)}, options);
  }

  // The error of a text that must not be read, without the folder.
  std::string fault_of(const std::string& text, const ReadOptions& options = {}) {
    try {
      read_text(text, options);
    } catch (const Error& error) {
      const std::string message = error.what();
      return message.substr(message.find("data.svm"));
    }
    return "no error";
  }

  test::TemporaryFolder folder_;
};

std::vector<Index> indices(const SparseRow& row) {
  return {row.indices.begin(), row.indices.end()};
}

TEST_F(Libsvm, ReadsRows) {
  const Dataset data = read_text("1 1:0.5 3:-2e-1\n-1 2:1\n");
  ASSERT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.features().size, 3u);
  EXPECT_EQ(data.features().index_base, 1);
  EXPECT_EQ(indices(data.row(0)), (std::vector<Index>{0, 2}));
  EXPECT_FLOAT_EQ(data.row(0).values[0], 0.5f);
  EXPECT_FLOAT_EQ(data.row(0).values[1], -0.2f);
  EXPECT_EQ(data.row(1).label, -1);
}

TEST_F(Libsvm, DecidesTheIndexBaseOnceForTheWholeFile) {
  std::string text;
  for (int i = 0; i < 200'000; ++i) text += "1 1:1 5:1\n";  // several chunks
  EXPECT_EQ(read_text(text).features().index_base, 1);
  const Dataset zero_based = read_text(text + "-1 0:1\n");
  EXPECT_EQ(zero_based.features().index_base, 0);
  EXPECT_EQ(zero_based.features().size, 6u);
  EXPECT_EQ(indices(zero_based.row(0)), (std::vector<Index>{1, 5}));
  EXPECT_EQ(zero_based.features().name(5), "5");
}

TEST_F(Libsvm, AnIndexBaseMayBeForced) {
  const Dataset data = read_text("1 1:1\n-1 2:1\n", {.index_base = IndexBase::zero});
  EXPECT_EQ(data.features().size, 3u);
  EXPECT_EQ(fault_of("1 0:1\n", {.index_base = IndexBase::one}),
            "data.svm:1:3: index 0 in data whose indices start at 1; add 1 to all indices, or "
            "use --index-base 0");
}

TEST_F(Libsvm, NamesTheRemedyOfIndex0InRowsForAModelThatCountsFrom1) {
  const FeatureSpace space = read_text("1 1:1\n-1 2:1\n").features();
  EXPECT_EQ(fault_of("1 1:1\n1 0:1\n", {.features = space}),
            "data.svm:2:3: index 0 in data whose indices start at 1; the model was trained on such "
            "data; if index 0 is a feature there too, train the model with --index-base 0");
}

TEST_F(Libsvm, SortsIndices) {
  EXPECT_EQ(indices(read_text("1 9:1 2:1 5:1\n").row(0)), (std::vector<Index>{1, 4, 8}));
}

TEST_F(Libsvm, RefusesDuplicatesUnlessAskedToSumThem) {
  EXPECT_EQ(fault_of("1 3:1\n1 7:1 2:1 7:2\n"),
            "data.svm:2:1: feature 7 occurs twice in the row; keep one of them, or use "
            "--duplicates sum to add the values");
  const Dataset data = read_text("1 7:1 2:1 7:2\n", {.duplicates = Duplicates::sum});
  EXPECT_EQ(indices(data.row(0)), (std::vector<Index>{1, 6}));
  EXPECT_FLOAT_EQ(data.row(0).values[1], 3);
}

TEST_F(Libsvm, KeepsNoValuesWhereAllAreOne) {
  EXPECT_TRUE(read_text("1 1:1 2:1.0\n-1 3:1e0\n").all_ones());
  EXPECT_FALSE(read_text("1 1:1 2:1\n-1 3:2\n").all_ones());
}

TEST_F(Libsvm, PassesOverCommentsBlankLinesAndLineEndings) {
  const Dataset data = read_text("# a comment\r\n\n  \t\n1 1:1 # tail 3:4\r\n-1 2:1\t\n-1 1:1#x");
  ASSERT_EQ(data.rows(), 3u);
  EXPECT_EQ(data.row(0).nonzeros(), 1u);
  EXPECT_EQ(data.source().lines, 6u);
}

TEST_F(Libsvm, TakesRowsOfALabelAlone) {
  const Dataset data = read_text("1\n-1 1:1\n1");
  ASSERT_EQ(data.rows(), 3u);
  EXPECT_EQ(data.row(0).nonzeros(), 0u);
  EXPECT_EQ(data.row(2).label, 1);
}

TEST_F(Libsvm, TakesRowsWithoutALabel) {
  const Dataset data = read_text("1:1 2:1\n+1 2:0.5\n");
  EXPECT_NE(data.row(0).label, data.row(0).label);
  EXPECT_EQ(data.row(1).label, 1);
  EXPECT_THROW(require_labelled(data), ParseError);
}

TEST_F(Libsvm, NamesTheLineAndColumnOfAFault) {
  EXPECT_EQ(fault_of("1 1:1\n1 x:1\n"),
            "data.svm:2:3: expected index:value, found 'x:1'; a row is `label index:value ...`; "
            "for VW text use --format vw");
  EXPECT_EQ(fault_of("one 1:1\n").substr(0, 43), "data.svm:1:1: expected a label, found 'one'");
  EXPECT_EQ(fault_of("1 1:1 2:abc\n").substr(0, 44),
            "data.svm:1:9: expected a value, found 'abc';");
  EXPECT_EQ(fault_of("1 1:1 2\n").substr(0, 46), "data.svm:1:7: expected index:value, found '2';");
  EXPECT_EQ(fault_of("1 1:\n").substr(0, 47), "data.svm:1:5: expected a value, found nothing; ");
  EXPECT_EQ(fault_of("1 -1:1\n").substr(0, 47), "data.svm:1:3: expected index:value, found '-1:1");
}

TEST_F(Libsvm, RefusesNumbersThatAreNotFiniteDecimals) {
  for (const char* value : {"nan", "inf", "-inf", "0x1p3", "1e99", "1,5", "1_0"}) {
    const std::string fault = fault_of("1 1:1\n1 2:" + std::string(value) + "\n");
    EXPECT_EQ(fault.substr(0, 13), "data.svm:2:5:") << value;
  }
  EXPECT_EQ(fault_of("nan 1:1\n").substr(0, 13), "data.svm:1:1:");
}

TEST_F(Libsvm, RefusesRankingData) {
  EXPECT_EQ(fault_of("1 qid:3 1:1\n"),
            "data.svm:1:3: qid: belongs to ranking data, which is not supported; remove the qid: "
            "tokens, or ignore them with --qid ignore");
}

TEST_F(Libsvm, IgnoresQueryIdsIfAsked) {
  const ReadOptions options{.query_ids = QueryIds::ignore};
  const Dataset data = read_text("3 qid:1 1:0.5 2:1 # doc\n1 qid:2# none\n2 1:1\n", options);
  ASSERT_EQ(data.rows(), 3u);
  EXPECT_EQ(indices(data.row(0)), (std::vector<Index>{0, 1}));
  EXPECT_EQ(data.row(1).nonzeros(), 0u);
  EXPECT_FLOAT_EQ(data.row(2).label, 2);
  EXPECT_TRUE(std::isnan(read_text("qid:3 1:1\n", options).row(0).label));
  EXPECT_EQ(
      fault_of("1 1:1 qid:2\n", options),
      "data.svm:1:7: a qid: that does not stand directly behind the label; move or remove it");
}

TEST_F(Libsvm, ReadsWeightsInLabelsIfAsked) {
  const ReadOptions options{.weights_in_label = true};
  const Dataset data = read_text("1:0.25 1:1\n-1 2:1\n1:0 3:1\n", options);
  ASSERT_EQ(data.rows(), 3u);
  EXPECT_FLOAT_EQ(data.row(0).label, 1);
  EXPECT_FLOAT_EQ(data.row(0).weight, 0.25f);
  EXPECT_FLOAT_EQ(data.row(1).weight, 1);
  EXPECT_FLOAT_EQ(data.row(2).weight, 0);
  EXPECT_EQ(indices(data.row(0)), std::vector<Index>{0});
  EXPECT_EQ(fault_of("1:-2 1:1\n", options),
            "data.svm:1:3: a negative weight; weights are 0 or more");
  EXPECT_EQ(fault_of("1: 1:1\n", options).substr(0, 46),
            "data.svm:1:3: expected a weight, found nothing");
  EXPECT_EQ(fault_of(":2 1:1\n", options).substr(0, 43),
            "data.svm:1:1: a weight without a label, ':2");
  EXPECT_EQ(fault_of("1:x 1:1\n", options).substr(0, 33), "data.svm:1:3: expected a weight, ");
  EXPECT_EQ(fault_of("1:2x 1:1\n", options).substr(0, 13), "data.svm:1:3:");
}

TEST_F(Libsvm, ReadsWeightsOfLabelsThatAreWords) {
  ReadOptions options{.weights_in_label = true, .word_labels = true};
  const Dataset data = read_text("cat:2 1:1\ndog 2:1\n", options);
  ASSERT_TRUE(data.classes());
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"cat", "dog"}));
  EXPECT_FLOAT_EQ(data.row(0).weight, 2);
}

TEST_F(Libsvm, RefusesIndicesPastTheLastUnlessTheyAreHashed) {
  EXPECT_NO_THROW(read_text("1 4294967294:1\n"));
  EXPECT_EQ(fault_of("1 4294967295:1\n").substr(0, 40), "data.svm:1:3: index '4294967295' is past");
  EXPECT_EQ(fault_of("1 99999999999999999999999:1\n").substr(0, 13), "data.svm:1:3:");
  const Dataset hashed = read_text("1 4294967295:1 99999999:2\n", {.hash_bits = 10});
  EXPECT_EQ(hashed.features().size, 1024u);
  EXPECT_EQ(hashed.row(0).nonzeros(), 2u);
}

TEST_F(Libsvm, ReportsTheFirstFaultInFileOrderWhateverTheThreads) {
  std::string text;
  for (int i = 0; i < 500'000; ++i) text += "1 1:1 2:1\n";
  text += "1 bad\n";
  for (int i = 0; i < 500'000; ++i) text += "worse\n";
  for (const int threads : {1, 2, 4}) {
    EXPECT_EQ(fault_of(text, {.threads = threads}).substr(0, 18), "data.svm:500001:3:");
  }
}

TEST_F(Libsvm, SkipsAndCountsMalformedLinesWhenAsked) {
  const Dataset data = read_text("1 1:1\n1 1:x\n-1 2:1 3\n-1 2:1\n", {.on_error = OnError::skip});
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.nonzeros(), 2u);
  EXPECT_EQ(data.source().skipped_lines, 2u);
  EXPECT_NE(data.source().first_skipped.find("data.svm:2:5:"), std::string::npos);
}

TEST_F(Libsvm, DoesNotDependOnTheNumberOfThreads) {
  std::string text;
  for (int i = 0; i < (test::kSanitized ? 20'000 : 300'000); ++i) {  // several chunks
    text += i % 3 == 0 ? "1" : "-1";
    for (int k = 1; k < 6; ++k) text += " " + std::to_string((i * k) % 997 * 6 + k) + ":0.25";
    text += '\n';
  }
  const Dataset one = read_text(text, {.threads = 1});
  for (const int threads : {2, 4, 8}) {
    const Dataset many = read_text(text, {.threads = threads});
    EXPECT_TRUE(std::ranges::equal(one.indices(), many.indices()));
    EXPECT_TRUE(std::ranges::equal(one.values(), many.values()));
    EXPECT_TRUE(std::ranges::equal(one.offsets(), many.offsets()));
    EXPECT_TRUE(std::ranges::equal(one.labels(), many.labels()));
  }
}

TEST_F(Libsvm, TakesIndicesOfAnyLengthForWhatTheyAre) {
  EXPECT_EQ(fault_of("1 1234567890123456789012\n", {.hash_bits = 4}).substr(0, 13),
            "data.svm:1:3:");
  EXPECT_EQ(read_text("1 1234567890123456789012:5\n", {.hash_bits = 4}).row(0).values[0], 5);
  const FeatureSpace space{.size = 3, .index_base = 1};
  const Dataset data = read_text("1 2:1 12345678901234567890:1\n", {.features = space});
  EXPECT_EQ(data.nonzeros(), 1u);
  EXPECT_EQ(data.source().unknown_features, 1u);
}

TEST_F(Libsvm, NamesTheLineWhereASumGrowsTooLarge) {
  EXPECT_EQ(fault_of("1 1:1\n1 1:3e38 1:3e38\n", {.duplicates = Duplicates::sum}),
            "data.svm:2:1: a sum or a product of values is too large for a float; scale the "
            "values down");
}

TEST_F(Libsvm, SkippedLinesLeaveNoTrace) {
  const Dataset data = read_text("1 1:1\n1 0:1 9:1 x\n-1 2:1\n", {.on_error = OnError::skip});
  EXPECT_EQ(data.features().index_base, 1);
  EXPECT_EQ(data.features().size, 2u);
}

TEST_F(Libsvm, SeesARowWithoutALabelAmongManyLabels) {
  std::string text;
  for (int i = 0; i < 20; ++i) text += std::to_string(i) + " 1:1\n";
  const Dataset data = read_text(text + "1:1\n");
  try {
    require_labelled(data);
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.line, 21u);
  }
}

// Lines of many shapes, right and wrong, plain and not.
std::string random_line(Random& random) {
  const auto one_of = [&](std::initializer_list<const char*> texts) {
    return std::string(texts.begin()[random.below(texts.size())]);
  };
  if (random.below(12) == 0)
    return one_of({"", "# a comment", " ", "1:2", "x", "\t1 2:3", "1 2", "1"});
  std::string line = one_of({"1", "-1", "+1", "0", "2.5", "1e-3"});
  if (random.below(8) == 0) {
    line = one_of({"word", "a#b", "1,2", "x|y", "'z", "a\tb", "nan", "1e400", "\xef\xbb\xbfword"});
  }
  if (random.below(15) == 0) line += one_of({":2", ":0.5", ":", ":-1", ":x"});
  if (random.below(15) == 0) line += one_of({" qid:1", " qid:", "qid:2"});
  std::uint64_t index = random.below(3);
  for (std::uint64_t n = random.below(6); n > 0; --n) {
    line += random.below(20) == 0 ? one_of({"  ", "\t", " \t"}) : " ";
    line += random.below(30) == 0 ? one_of({"", "x", "-3", "99999999999", "4294967295", "007"})
                                  : std::to_string(index);
    line += random.below(60) == 0 ? one_of({"", "::", " :"}) : ":";
    line +=
        random.below(3) == 0
            ? "1"
            : one_of({"0.125", "-3", "1.5e2", "12.25", "0.12345678", "1e-50", "123456789", "-0"});
    if (random.below(40) == 0) line += one_of({"x", "#", "e", "\r", "nan"});
    index += random.below(20) == 0 ? 0 : 1 + random.below(1 << (random.below(28) + 1));
  }
  if (random.below(10) == 0) line += one_of({" ", "\r", " # c", " \r"});
  return line;
}

TEST(PlainLibsvm, IsReadAsLineByLineWhateverStandsBesideIt) {
  Random random(21);
  FeatureNames classes;
  for (const char* name : {"word", "1", "2.5"}) classes.insert(name);
  std::uint64_t plain_lines = 0, lines = 0;
  for (int i = 0; i < 4000; ++i) {
    std::string text;
    // A few KiB at times, which are scanned in parts.
    for (std::uint64_t n = random.below(i % 8 == 0 ? 600 : 30); n > 0; --n) {
      text += random_line(random) + (random.below(15) == 0 ? "\r\n" : "\n");
    }
    if (random.below(2) == 0) text += random_line(random);
    ParseRules rules;
    rules.one_based = random.below(3) == 0;
    rules.ignore_query_ids = random.below(2) == 0;
    rules.weights_in_label = random.below(4) == 0;
    rules.class_labels = random.below(4) == 0;
    if (rules.class_labels && random.below(2) == 0) rules.known_classes = &classes;
    rules.duplicates = random.below(2) == 0 ? Duplicates::sum : Duplicates::refuse;
    if (random.below(3) == 0) {
      rules.known_end = 1000;
      rules.drop_unknown = true;
    } else if (random.below(3) == 0) {
      rules.hash_bits = 1 + static_cast<int>(random.below(20));
      rules.any_order = random.below(2) == 0;
    }
    const OnError on_error = random.below(2) == 0 ? OnError::skip : OnError::fail;
    test::ParsedChunk fast = test::parsed(text, Format::libsvm, rules, on_error);

    test::ParsedChunk slow = test::parsed_line_by_line(text, parse_libsvm_line, rules, on_error);
    ASSERT_EQ(test::shown(fast), test::shown(slow)) << text;

    RowBatch plain;
    const std::size_t first = text.find('\n', kReadBefore), end = end_of_padded_lines(text);
    if (first != std::string::npos && first + 1 < end)
      parse_plain_libsvm(text, first + 1, end, rules, plain);
    if (i % 8 == 0) continue;
    plain_lines += plain.lines;
    lines += slow.batch.lines;
  }
  EXPECT_GT(plain_lines, lines / 20);  // or nothing but the other parser was tried
}

// Rows longer than what is scanned at once, each with one feature that is not as it should be.
TEST(PlainLibsvm, OneUnsoundFeatureOfALongRowIsFoundWhereverItStands) {
  constexpr int kFeatures = 900;
  for (const char* unsound : {"%d:1x", "%d:", "%d:1:1", "4294967301:1", "99999999999999999999:1",
                              "0:1", "%d", "%d:nan", "3:1"}) {
    for (int at = 1; at < kFeatures; at += 31) {
      std::string text = "1 1:1 2:0.5 3:1\n-1";
      for (int j = 0; j < kFeatures; ++j) {
        std::string feature = j == at ? unsound : "%d:0.25";
        if (const auto place = feature.find("%d"); place != std::string::npos) {
          feature.replace(place, 2, std::to_string(j + 4));
        }
        text += " " + feature;
      }
      text += "\n1 1:1 2:0.5 3:1\n1 1:1 2:0.5 3:1\n";
      for (const int hash_bits : {0, 20}) {
        const ParseRules rules{.hash_bits = hash_bits, .one_based = true};
        test::ParsedChunk fast = test::parsed(text, Format::libsvm, rules, OnError::skip);
        test::ParsedChunk slow =
            test::parsed_line_by_line(text, parse_libsvm_line, rules, OnError::skip);
        ASSERT_EQ(test::shown(fast), test::shown(slow)) << unsound << " at " << at;
      }
    }
  }
}

}  // namespace
}  // namespace hogwild
