// Labelled text to rows.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/core/random.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/data/row_builder.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "support/named.hpp"
#include "support/tables.hpp"

namespace hogwild {
namespace {

using test::Named;
using test::named;

class LabelledText : public test::Tables {};

TEST_F(LabelledText, BecomesWordsOfUnitLength) {
  const std::string text =
      "cat\tThe purr, the PURR of the \xc3\x89tude cats.\n"
      "dog\tThe bark of the dogs is a bark\n"
      "dog\tA wag of the tail is a wag\n";
  const Dataset data = rows(text, {}, {.word_labels = true});
  EXPECT_EQ(data.features().format, "text");
  const Named first = named(data, 0);
  EXPECT_EQ(first.count("\xc3\xa9tude"), 1u);
  EXPECT_EQ(first.count("a"), 0u);
  double squares = 0;
  for (const auto& [name, value] : first) squares += double{value} * value;
  EXPECT_NEAR(squares, 1, 1e-6);
  // (1 + ln 2) (1 + ln (4 / 2)) against 1 + ln (4 / 2).
  EXPECT_NEAR(first.at("purr") / first.at("cats"), 1 + std::log(2.0), 1e-5);
  EXPECT_NEAR(first.at("the") / first.at("cats"), (1 + std::log(3.0)) / (1 + std::log(2.0)), 1e-5);
}

TEST_F(LabelledText, MayHaveRunsOfWordsAndCharactersAndStopWords) {
  const std::string stop = folder_.write("stop", "The of\nIS");
  const Dataset data = rows("a\tthe bark of dogs x\nb\tthe tail is long x\n",
                            {.ngrams = 2, .char_ngrams = {3, 3}, .stop_words = stop},
                            {.format = Format::text, .word_labels = true});
  const Named first = named(data, 0);
  EXPECT_EQ(first.count("bark dogs"), 1u);
  EXPECT_EQ(first.count("the"), 0u);
  EXPECT_EQ(first.count("~ogs"), 1u);
  EXPECT_EQ(first.count("~gs "), 1u);
}

TEST_F(LabelledText, OfFastTextIsKnownByItsMark) {
  const Dataset data = rows("__label__x hello world\n__label__y bye\n", {}, {.word_labels = true});
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"x", "y"}));
  EXPECT_NE(error_of("__label__x __label__y hello\n", {}).find("several labels"),
            std::string::npos);
}

TEST_F(LabelledText, IsWeighedAlikeByAModelOfIt) {
  std::string text;
  for (int i = 0; i < 60; ++i) {
    text +=
        fmt::format("{}\tword{} common word{} and some more\n", i % 2 ? "x" : "y", i % 7, i % 3);
  }
  const std::string path = folder_.write("t.tsv", text);
  const Dataset data = read({path}, {.word_labels = true});
  save(train(data, {.threads = 1}).model, folder_.path("m"));
  const Model model = load(folder_.path("m"));
  const Dataset again = read({path}, {.class_labels = true, .features = model.features()});
  for (Offset i = 0; i < data.rows(); ++i) EXPECT_EQ(named(again, i), named(data, i));
  RowBuilder builder(model.features());
  builder.add_line("word1 common word1 and some more");
  const SparseRow row = builder.row();
  ASSERT_EQ(row.nonzeros(), data.row(1).nonzeros());
  EXPECT_EQ(model.margin(row), model.margin(data.row(1)));
}

// Words of ASCII text, as the header has them.
std::vector<std::string> words_in(const std::string& text) {
  std::vector<std::string> words{""};
  for (const char c : text) {
    const bool is_letter = std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
    if (is_letter) words.back() += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!is_letter && !words.back().empty()) words.emplace_back();
  }
  std::erase_if(words, [](const std::string& word) { return word.size() < 2; });
  return words;
}

TEST_F(LabelledText, IsWeighedAsTheFormulasSay) {
  constexpr std::string_view kBytes = "aAbB1_ .,'\"|:*-";
  for (std::uint64_t seed = 1; seed <= 30; ++seed) {
    Random random(seed);
    std::string text;
    std::vector<Named> rows_of_words;
    std::map<std::string, double> rows_with;
    for (int i = 0; i < 50; ++i) {
      std::string words = "first";
      for (std::uint64_t k = random.below(40); k > 0; --k) {
        words += kBytes[random.below(kBytes.size())];
      }
      text += fmt::format("{}\t{}\n", i % 2 == 0 ? "x" : "y", words);
      Named& counts = rows_of_words.emplace_back();
      for (const std::string& word : words_in(words)) ++counts[word];
      for (const auto& [word, count] : counts) ++rows_with[word];
    }
    const Dataset data = rows(text, {}, {.format = Format::text, .word_labels = true});
    ASSERT_EQ(data.rows(), rows_of_words.size());
    for (Offset i = 0; i < data.rows(); ++i) {
      Named& its = rows_of_words[i];
      double squares = 0;
      for (auto& [word, count] : its) {
        const double idf = 1 + std::log((1.0 + 50) / (1 + rows_with.at(word)));
        const double weight = (1 + std::log(double{count})) * idf;
        count = static_cast<float>(weight);
        squares += weight * weight;
      }
      const Named found = named(data, i);
      ASSERT_EQ(found.size(), its.size()) << text;
      for (const auto& [word, weight] : its) {
        ASSERT_TRUE(found.contains(word)) << word;
        EXPECT_NEAR(found.at(word), weight / std::sqrt(squares), 1e-5);
      }
    }
  }
}

}  // namespace
}  // namespace hogwild
