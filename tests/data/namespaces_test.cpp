// Namespaces of VW text and fields of libffm text: which are used, and which are multiplied.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "data/text/parsing.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/data/row_builder.hpp"
#include "hogwild/data/row_stream.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "support/named.hpp"
#include "support/tables.hpp"

namespace hogwild {
namespace {

using test::Named;
using test::named;

const std::string kText =
    "1 |user age:3 city:paris |item a b:2 |page p\n"
    "-1 |item c |user age:4 | x |item d\n";

class Namespaces : public test::Tables {};

TEST_F(Namespaces, AreLeftOutOrKept) {
  EXPECT_EQ(named(rows(kText, {.drop = {"item"}}), 1), (Named{{"user^age", 4}, {"x", 1}}));
  EXPECT_EQ(named(rows(kText, {.only = {"item", ""}}), 1),
            (Named{{"item^c", 1}, {"item^d", 1}, {"x", 1}}));
  EXPECT_EQ(named(rows(kText, {.drop = {"?age", "item"}}), 0),
            (Named{{"user^age", 3}, {"user^city=paris", 1}}));
  // Of those that the first rows lack some are to be used, and others not, by the patterns, too.
  std::string text = kText;
  while (text.size() < (std::size_t{2} << 20)) text += kText;
  text += "1 |late z |user age:1 |paged q |u2 r\n";
  const Dataset without = rows(text, {.drop = {"item", "page*"}}),
                with = rows(text, {.only = {"u*"}});
  EXPECT_EQ(named(without, without.rows() - 1),
            (Named{{"late^z", 1}, {"user^age", 1}, {"u2^r", 1}}));
  EXPECT_EQ(named(with, with.rows() - 1), (Named{{"user^age", 1}, {"u2^r", 1}}));
}

TEST_F(Namespaces, AreMultiplied) {
  EXPECT_EQ(named(rows(kText, {.only = {"user", "item"}, .cross = {"user:item"}}), 0),
            (Named{{"user^age", 3},
                   {"user^city=paris", 1},
                   {"item^a", 1},
                   {"item^b", 2},
                   {"user^age*item^a", 3},
                   {"user^age*item^b", 6},
                   {"user^city=paris*item^a", 1},
                   {"user^city=paris*item^b", 2}}));
  // A namespace may be in a row twice.
  const Named second = named(rows(kText, {.cross = {"item:item"}}), 1);
  EXPECT_EQ(second.at("item^c*item^d"), 1);
  EXPECT_EQ(second.size(), 5u);
  const Named all = named(rows(kText, {.drop = {""}, .cross = {":"}}), 0);
  EXPECT_EQ(all.size(), 5u + 2 * 2 + 2 + 2);
  EXPECT_EQ(named(rows(kText, {.cross = {"us*:item:page"}}), 0).at("user^age*item^b*page^p"), 6);
}

TEST_F(Namespaces, MultiplyAlikeByHashAndByName) {
  const ColumnOptions columns{.drop = {"page"}, .cross = {"user:item"}};
  const Dataset by_name = rows(kText, columns), by_hash = rows(kText, columns, {.hash_bits = 20});
  for (Offset i = 0; i < by_name.rows(); ++i) {
    std::map<Index, float> expected, found;
    for (const auto& [name, value] : named(by_name, i)) {
      expected[by_hash.features().find(name).value()] = value;
    }
    const SparseRow row = by_hash.row(i);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) found[row.indices[k]] = row.value(k);
    EXPECT_EQ(found, expected);
  }
}

TEST_F(Namespaces, OfLibffmTextAreItsFields) {
  const Dataset data = rows("1 7:a:2 8:b:3\n-1 9:c:1 7:d:1\n", {.drop = {"9"}, .cross = {"7:8"}});
  EXPECT_EQ(named(data, 0), (Named{{"7^a", 2}, {"8^b", 3}, {"7^a*8^b", 6}}));
  EXPECT_EQ(named(data, 1), (Named{{"7^d", 1}}));
  EXPECT_NE(error_of("1 7:a:2\n-1 7:b:3\n", {.drop = {"1"}}).find("no namespace '1'"),
            std::string::npos);
}

TEST_F(Namespaces, MayHaveNamesLikeFeatures) {
  const std::string text = "1 |a^b x0 |u y0\n-1 |a^b x1 |u y1\n";
  const Dataset data = rows(text, {.cross = {"a^b:u"}});
  EXPECT_EQ(named(data, 0), (Named{{"a:^b^x0", 1}, {"u^y0", 1}, {"a:^b^x0*u^y0", 1}}));
  RowBuilder builder(data.features());
  builder.add("a:^b^x0", 1.0);
  builder.add("u^y0", 1.0);
  EXPECT_EQ(builder.row().nonzeros(), 3u);
  const Dataset some = rows(text, {.drop = {"a^b"}});
  RowBuilder without(some.features());
  without.add("a:^b^x0", 1.0);
  without.add("u^y0", 1.0);
  EXPECT_EQ(without.row().nonzeros(), 1u);
}

TEST_F(Namespaces, WhoseProductIsTooLargeAreAFault) {
  std::string text;
  for (int i = 0; i < 50; ++i) text += "1 |u a |v b\n-1 |u c |v d\n";
  text += "1 |u a:1e30 |v b:1e30\n" + text;
  for (const int bits : {0, 12}) {
    const ReadOptions options{.on_error = OnError::skip, .hash_bits = bits};
    EXPECT_EQ(rows(text, {.cross = {"u:v"}}, options).source().skipped_lines, 1u);
    EXPECT_NE(
        error_of(text, {.cross = {"u:v"}}, {.hash_bits = bits}).find("t.csv:101:1: a sum or a"),
        std::string::npos);
  }
}

TEST_F(Namespaces, ThatAreNotThereAreNamed) {
  EXPECT_NE(error_of(kText, {.drop = {"usr"}}).find("no namespace 'usr', did you mean 'user'?"),
            std::string::npos);
  EXPECT_NE(error_of(kText, {.drop = {"user", "item", "page", ""}}).find("no namespace is left"),
            std::string::npos);
  EXPECT_NE(error_of(kText, {.drop = {"user"}, .cross = {"user:item"}}).find("no features"),
            std::string::npos);
  EXPECT_NE(error_of("1 1:2\n-1 2:1\n", {.drop = {"1"}}).find("it is of columns or namespaces"),
            std::string::npos);
  EXPECT_NE(error_of(kText, {.drop = {"item"}, .text = {"user"}}).find("it is of columns, and"),
            std::string::npos);
}

TEST_F(Namespaces, AreTheModelsWhereverItsRowsComeFrom) {
  std::string text;
  for (int i = 0; i < 400; ++i) {
    text += fmt::format("{} |u a{} |v b{} c:{} |w d{}\n", i % 2 == 0 ? 1 : -1, i % 5, i % 3,
                        1 + i % 4, i % 7);
  }
  const ColumnOptions columns{.drop = {"w"}, .cross = {"u:v"}};
  const Dataset data = rows(text, columns);
  save(train(data, {.threads = 1}).model, folder_.path("m"));
  const Model model = load(folder_.path("m"));
  ASSERT_NE(model.features().recipe, nullptr);
  EXPECT_FALSE(model.features().has_columns());

  const Dataset again = read({folder_.path("t.csv")}, {.features = model.features()});
  save_hogdata(data, folder_.path("d.hogdata"));
  const Dataset held = read({folder_.path("d.hogdata")}, {.features = model.features()});
  for (Offset i = 0; i < data.rows(); ++i) {
    EXPECT_EQ(named(again, i), named(data, i));
    EXPECT_EQ(named(held, i), named(data, i));
  }
  RowBuilder builder(model.features());
  builder.add("u", "a1", 1);
  builder.add("v", "b1", 1);
  builder.add("v", "c", 2);
  builder.add("w", "d1", 1);
  EXPECT_EQ(model.margin(builder.row()), model.margin(data.row(1)));
  builder.add_line("|u a1 |v b1 c:2 |w d1");
  EXPECT_EQ(model.margin(builder.row()), model.margin(data.row(1)));
  builder.add("u^a1", 1.0);
  builder.add("v^b1", 1.0);
  builder.add("v^c", 2.0);
  builder.add("w^d1", 1.0);
  EXPECT_EQ(model.margin(builder.row()), model.margin(data.row(1)));

  // Rows of which other namespaces are used are none of the model's.
  save_hogdata(read({folder_.path("t.csv")}), folder_.path("all.hogdata"));
  EXPECT_THROW(read({folder_.path("all.hogdata")}, {.features = model.features()}), DataError);
  EXPECT_THROW(read({folder_.path("d.hogdata")}, {.columns = columns}), OptionError);
  const std::string other = folder_.write("o.csv", "u,v\n1,2\n");
  EXPECT_THROW(read({other}, {.features = model.features()}), DataError);
}

std::string some_rows(std::uint64_t seed) {
  Random random(seed, 3);
  const std::array<std::string, 6> names{"u", "v", "w", "of eight", "a longer namespace", ""};
  std::string text;
  for (std::uint64_t rows = 20 + random.below(40); rows > 0; --rows) {
    text += random.below(30) == 0 ? "2 0.5 'tag|u x" : random.below(2) == 0 ? "1" : "-1";
    for (const std::string& name : names) {
      if (random.below(8) == 0) continue;  // in some rows, or twice
      const std::string& its = random.below(10) == 0 ? names[random.below(3)] : name;
      text += fmt::format(" |{}", its.substr(0, its.find(' ')));
      for (std::uint64_t k = random.below(4); k > 0; --k) {
        text += fmt::format(" {}{:x}", random.below(9) == 0 ? "a-name-of-some-length" : "f",
                            random.below(9));
        if (random.below(5) == 0) text += fmt::format(":{}", random.below(8));
        if (random.below(30) == 0) text += ":1e30";
      }
    }
    text += '\n';
  }
  return text;
}

// The rows of each text, as a chunk by itself.
std::vector<std::map<std::string, float>> rows_of(const std::vector<std::string>& texts,
                                                  const ParseRules& rules) {
  std::vector<std::map<std::string, float>> all;
  for (const std::string& text : texts) {
    RowBatch batch;
    parse_rows({.text = text}, Format::vw, rules, OnError::skip, batch);
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      auto& row = all.emplace_back();
      const SparseRow its = batch.row(i);
      row["label"] = its.label;
      for (std::size_t k = 0; k < its.nonzeros(); ++k) {
        const bool has_names = rules.hash_bits == 0 && rules.known_names == nullptr;
        row[has_names ? std::string(batch.names[its.indices[k]])
                      : fmt::format("{}", its.indices[k])] = its.value(k);
      }
    }
  }
  return all;
}

TEST(PlainNamespaces, AreThoseOfEachLineByItself) {
  FeatureNames known;
  for (const char* name : {"u^f1", "v^f2", "u^f1*v^f2", "f3", "w^f4*w^f5"}) known.insert(name);
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    Recipe recipe;
    for (const char* name : {"u", "v", "w", "of", "a", ""}) {
      const bool is_dropped = seed % 5 == 1 && *name == 'a';
      recipe.columns.push_back({.name = name, .role = is_dropped ? Role::drop : Role::features});
    }
    if (seed % 2 == 0) recipe.columns.pop_back();
    recipe.has_others = seed % 3 != 0;
    recipe.crosses = {{"u", "v"}, {"w", "w"}};
    if (seed % 7 == 0) recipe.crosses = {{"u", "v", "of"}};
    ParseRules rules{.duplicates = Duplicates::sum, .any_order = seed % 2 == 0, .recipe = &recipe};
    if (seed % 4 == 1) rules.hash_bits = 14;
    if (seed % 4 == 2) {
      rules.known_names = &known;
      rules.drop_unknown = true;
    }
    const std::string text = some_rows(seed);
    std::vector<std::string> lines;  // so short that none is plain
    for (std::size_t at = 0; at < text.size(); at += lines.back().size()) {
      lines.push_back(text.substr(at, text.find('\n', at) + 1 - at));
    }
    EXPECT_EQ(rows_of({text + std::string(kReadPast, '\n')}, rules), rows_of(lines, rules)) << text;
  }
}

TEST_F(Namespaces, AreStreamedAsTheyAreRead) {
  std::string text;
  for (int i = 0; i < 3'000; ++i) {
    text += fmt::format("{} |u a{} |v b{} |w d{}\n", i % 2 == 0 ? 1 : -1, i % 5, i % 3, i % 7);
  }
  const std::string path = folder_.write("s.vw", text);
  ReadOptions options{.hash_bits = 18};
  options.columns = {.drop = {"w"}, .cross = {"u:v"}};
  const TrainOptions training{
      .scale = Scale::none, .learning_rate = 0.1f, .threads = 1, .order = RowOrder::sequential};
  RowStream stream({path}, options);
  TrainObserver observer;
  const Model streamed = train(stream, training, observer).model;
  const Model held = train(read({path}, options), training).model;
  ASSERT_NE(streamed.features().recipe, nullptr);
  const Dataset data = read({path}, {.features = streamed.features()});
  for (Offset i = 0; i < 100; ++i) {
    EXPECT_NEAR(streamed.margin(data.row(i)), held.margin(data.row(i)), 1e-5);
  }
}

}  // namespace
}  // namespace hogwild
