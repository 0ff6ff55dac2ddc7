// Plain rows of tables in a few instructions against the same by the RowMaker, one record after the
// other.
#include "data/recipe/plain_rows.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/formats/registry.hpp"
#include "data/text/parsing.hpp"
#include "data/text/records.hpp"
#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

const std::string kHeader = "y,a,b,long name of a column,c,d\n";

std::string some_value(Random& random, int column) {
  static const std::vector<std::string> kNumbers{
      "0",  "1",   "-1",     "0.5",       "1e3",    "12345678", "",     "NA",
      "?",  " 7 ", "1.25",   "999999999", "+3",     "null",     "1e-9", "none",
      "00", "-0",  "\"12\"", "\"\"",      "\" 3\"", "\"1.5\"x"};
  static const std::vector<std::string> kWords{
      "paris",
      "x",
      "",
      "a^b",
      "NaN",
      "n/a",
      " rome",
      "None",
      "12",
      "?",
      "\"q\"",
      "a longer word",
      "\"a, b\"",
      "\"x\"\"y\"",
      "\"two\nlines\"",
      "\"\"",
      "5\"",
      " \"b\"",
      "\"c\"d",
      "\" blank\"",
      "\"?\"",
      "\"a long value, longer than the sixty-four bytes that are looked at at a time, by some\""};
  const auto& values = column == 1 || column == 2 ? kNumbers : kWords;
  return values[random.below(values.size())];
}

std::string some_records(std::uint64_t seed) {
  Random random(seed, 7);
  std::string text;
  const std::uint64_t rows = 1 + random.below(60);
  for (std::uint64_t i = 0; i < rows; ++i) {
    text += random.below(30) == 0 ? "" : random.below(2) == 0 ? "1" : "0";
    const int columns = random.below(200) == 0 ? 4 : 5;
    for (int k = 1; k <= columns; ++k) {
      text += ',';
      // Mostly plain ones.
      text += random.below(3) == 0 ? some_value(random, k)
              : k <= 2             ? fmt::format("{}", random.below(100))
                                   : fmt::format("w{:04x}", random.below(9));
    }
    text += random.below(20) == 0 ? "\r\n" : "\n";
    if (random.below(100) == 0) text += kHeader;
    if (random.below(300) == 0) text += "1,2,3,\"open,4,5\n";
    if (random.below(100) == 0) text += "\n";
  }
  return text;
}

struct Rows {
  std::vector<std::vector<std::pair<std::string, float>>> features;
  std::vector<float> labels;
  std::uint64_t lines = 0, skipped = 0, unknown = 0, unlabelled = 0;

  bool operator==(const Rows&) const = default;
};

class PlainRowsTest : public testing::TestWithParam<int> {
 protected:
  // Of chunks that are parsed one after the other.
  static Rows rows_of(const std::vector<std::string>& texts, const ParseRules& rules) {
    Rows all;
    const auto head = head_of(kHeader, '\0');
    for (const std::string& text : texts) {
      RowBatch batch;
      const Chunk chunk{.text = text, .table = head};
      parse_rows(chunk, Format::csv, rules, OnError::skip, batch);
      for (std::size_t i = 0; i < batch.rows(); ++i) {
        auto& row = all.features.emplace_back();
        const SparseRow its = batch.row(i);
        for (std::size_t k = 0; k < its.nonzeros(); ++k) {
          const bool has_names = rules.hash_bits == 0 && rules.known_names == nullptr;
          row.emplace_back(has_names ? std::string(batch.names[its.indices[k]])
                                     : fmt::format("{}", its.indices[k]),
                           its.value(k));
        }
        std::ranges::sort(row);
        all.labels.push_back(its.label == its.label ? its.label : -7);
      }
      all.lines += batch.lines;
      all.skipped += batch.skipped_lines;
      all.unknown += batch.unknown_features;
      all.unlabelled += batch.unlabelled_rows;
    }
    return all;
  }

  // So short that none is plain.
  static std::vector<std::string> one_by_one(const std::string& text) {
    std::vector<std::string> records;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = end_of_record(text, at, {});
      records.push_back(text.substr(at, end + 1 - at));
      at = end + 1;
    }
    return records;
  }
};

TEST_P(PlainRowsTest, AreThoseOfTheRowMaker) {
  FeatureNames known;
  for (const char* name : {"a", "long name of a column=w0001", "c=w0002", "d=paris", "d=x"}) {
    known.insert(name);
  }
  std::uint64_t plain_rows = 0;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    Recipe recipe;
    recipe.columns = {{.name = "y", .role = Role::label},
                      {.name = "a", .role = Role::number, .mean = 2.5f},
                      {.name = "b", .role = Role::number},
                      {.name = "long name of a column", .role = Role::category},
                      {.name = "c", .role = seed % 5 == 0 ? Role::drop : Role::category},
                      {.name = "d", .role = Role::category}};
    if (seed % 3 == 0) recipe.missing = Missing::indicator;
    if (seed % 4 == 0) recipe.crosses = {{"c", "d"}, {"a", "a"}};
    if (seed % 5 == 0) recipe.crosses.clear();
    ParseRules rules{.any_order = seed % 2 == 0, .recipe = &recipe};
    if (GetParam() == 1) rules.hash_bits = 14;
    if (GetParam() == 2) {
      rules.known_names = &known;
      rules.drop_unknown = true;
    }
    if (GetParam() == 3) rules.skip_unlabelled = true;
    const std::string text = some_records(seed);
    const Rows whole = rows_of({text}, rules);
    EXPECT_EQ(whole, rows_of(one_by_one(text), rules)) << seed << '\n' << text;
    plain_rows += whole.labels.size();
  }
  EXPECT_GT(plain_rows, 5'000u);
}

INSTANTIATE_TEST_SUITE_P(NamesHashesKnownAndUnlabelled, PlainRowsTest, testing::Range(0, 4));

}  // namespace
}  // namespace hogwild
