// Tables to rows.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <string>
#include <vector>

#include "hogwild/core/error.hpp"
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
using test::Tables;

const std::string kChurn =
    "age,city,since,churned\n"
    "33,paris,2026-03-31,1\n"
    "44,rome,2025-12-01 14:30,0\n"
    "55,,2024-02-29,1\n"
    ",paris,,0\n";

TEST_F(Tables, BecomeNumbersCategoriesAndPartsOfDates) {
  const Dataset data = rows(kChurn);
  ASSERT_EQ(data.rows(), 4u);
  EXPECT_EQ(named(data, 0), (Named{{"age", 33},
                                   {"city=paris", 1},
                                   {"since.year", 2026},
                                   {"since.month=3", 1},
                                   {"since.weekday=2", 1}}));
  EXPECT_EQ(named(data, 1), (Named{{"age", 44},
                                   {"city=rome", 1},
                                   {"since.year", 2025},
                                   {"since.month=12", 1},
                                   {"since.weekday=1", 1},
                                   {"since.hour=14", 1}}));
  EXPECT_EQ(
      named(data, 2),
      (Named{{"age", 55}, {"since.year", 2024}, {"since.month=2", 1}, {"since.weekday=4", 1}}));
  EXPECT_EQ(named(data, 3), (Named{{"age", 44}, {"city=paris", 1}}));  // the mean age
  EXPECT_EQ(data.labels()[0], 1);
  EXPECT_EQ(data.labels()[1], 0);
  EXPECT_EQ(data.features().format, "csv");
}

TEST_F(Tables, MayHaveOtherSeparatorsQuotesAndLineEnds) {
  const Dataset plain = rows(kChurn);
  std::string tabs = kChurn, semicolons = kChurn, quoted = "\xef\xbb\xbf", crlf;
  std::ranges::replace(tabs, ',', '\t');
  std::ranges::replace(semicolons, ',', ';');
  for (const char c : kChurn) crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
  std::string field;
  for (const char c : kChurn) {
    if (c != ',' && c != '\n') {
      field += c;
      continue;
    }
    quoted += '"' + field + '"' + c;
    field.clear();
  }
  for (const std::string& text : {tabs, semicolons, quoted, crlf}) {
    const Dataset other = rows(text);
    ASSERT_EQ(other.rows(), plain.rows()) << text;
    for (Offset i = 0; i < plain.rows(); ++i) EXPECT_EQ(named(other, i), named(plain, i)) << text;
  }
  std::string bars = kChurn;
  std::ranges::replace(bars, ',', '|');
  EXPECT_EQ(rows(bars, {.label = "churned", .separator = '|'}).rows(), 4u);
}

TEST_F(Tables, MayHaveLineEndsWithinQuotes) {
  std::string text = "label,note\n";
  for (int i = 0; i < 200'000; ++i) {
    text += fmt::format("{},\"a {}\nb, \"\"{}\"\"\"\n", i % 2, i % 7, i % 3);
  }
  const Dataset data = rows(text, {.label = "label", .categorical = {"note"}});
  ASSERT_EQ(data.rows(), 200'000u);
  EXPECT_EQ(named(data, 5), (Named{{"note=a 5\nb, \"2\"", 1}}));
  EXPECT_EQ(named(data, 199'999), (Named{{fmt::format("note=a {}\nb, \"1\"", 199'999 % 7), 1}}));
  EXPECT_EQ(data.source().lines, 400'001u);
}

TEST_F(Tables, HaveRolesByNameNumberAndPattern) {
  const std::string text = "a1,a2,b,c,d,y\n1,2,3,4,5,1\n2,3,4,5,6,0\n";
  const Dataset data =
      rows(text, {.label = "6", .weight = "b", .drop = {"d"}, .categorical = {"a*"}});
  EXPECT_EQ(named(data, 0), (Named{{"a1=1", 1}, {"a2=2", 1}, {"c", 4}}));
  EXPECT_EQ(data.weights()[0], 3);
  const Dataset only = rows(text, {.label = "y", .only = {"c"}});
  EXPECT_EQ(named(only, 1), (Named{{"c", 5}}));
}

TEST_F(Tables, WithoutAHeaderHaveNumbersOrGivenNames) {
  const std::string text = "1,paris,3\n0,rome,4\n";
  EXPECT_EQ(named(rows(text, {.label = "1"}), 0), (Named{{"2=paris", 1}, {"3", 3}}));
  EXPECT_EQ(named(rows(text, {.columns = {"y", "city", "age"}, .label = "y"}), 0),
            (Named{{"city=paris", 1}, {"age", 3}}));
  EXPECT_NE(error_of(text, {.columns = {"y", "city"}, .label = "y"}).find("2 names for the 3"),
            std::string::npos);
}

TEST_F(Tables, TellTextsAndNamesOfRowsFromCategories) {
  std::string text = "customer,note,city,y\n";
  for (int i = 0; i < 200; ++i) {
    text += fmt::format("c{},some words {},new york {},{}\n", i, i, i % 3, i % 2);
  }
  const Dataset data = rows(text, {.label = "y"});
  const Recipe& recipe = *data.features().recipe;
  EXPECT_EQ(recipe.find("customer")->role, Role::drop);
  EXPECT_EQ(recipe.find("note")->role, Role::text);
  EXPECT_EQ(recipe.find("city")->role, Role::category);
  EXPECT_EQ(in_words(recipe), "note text, city category, y label; not used: customer");
}

TEST_F(Tables, HaveNumbersAsPeopleWriteThem) {
  std::string text = "income;rate;size;price;code\n";
  for (int i = 0; i < 60; ++i) {
    text += fmt::format("$1,{:03};{}%;{},{};1.{:03},50 \xe2\x82\xac;{}\n", i, i % 9, i % 7, i % 4,
                        i, i % 2 ? "1,2" : "x");
  }
  const Dataset data = rows(text, {.label = "code"}, {.word_labels = true});
  const Named third = named(data, 2);
  EXPECT_EQ(third.at("income"), 1002);
  EXPECT_EQ(third.at("rate"), 2);
  EXPECT_EQ(third.at("size"), 2.2f);
  EXPECT_EQ(third.at("price"), 1002.5f);
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"1,2", "x"}));
  const Recipe& recipe = *data.features().recipe;
  EXPECT_EQ(json_of(recipe_of(json_of(recipe))), json_of(recipe));

  const Dataset priced = rows(text, {.label = "price", .drop = {"code"}, .bins = 3});
  EXPECT_EQ(priced.labels()[2], 1002.5f);
  EXPECT_EQ(named(priced, 2).at("income=0"), 1);
  EXPECT_NE(error_of(text + "$1,2.5;1%;1;1;x\n", {.label = "code", .numeric = {"income"}},
                     {.word_labels = true})
                .find("t.csv:62:1: column 'income': expected a number, found '$1,2.5'"),
            std::string::npos);
  // A dot is the decimal point until all values say otherwise.
  EXPECT_EQ(named(rows("a,y\n1.234,1\n2.345,0\n", {.label = "y"}), 0).at("a"), 1.234f);
}

TEST_F(Tables, TellNumbersOfRowsFromNumbers) {
  std::string index = ",city,age,y\n", count = "row,city,age,y\n", few = "x,y\n";
  for (int i = 0; i < 100; ++i) {
    index += fmt::format("{},c{},{},{}\n", i * 7 % 101, i % 3, i / 2, i % 2);
    count += fmt::format("{},c{},{},{}\n", i + 1, i % 3, i / 2, i % 2);
    few += fmt::format("{},{}\n", i + 1, i % 2);
  }
  const auto columns_of = [&](const std::string& text, ColumnOptions options) {
    return in_words(*rows(text, std::move(options)).features().recipe);
  };
  EXPECT_EQ(columns_of(index, {.label = "y"}),
            "city category, age number, y label; not used: the one without a name");
  EXPECT_EQ(columns_of(count, {.label = "y"}), "city category, age number, y label; not used: row");
  EXPECT_EQ(columns_of(count, {.label = "y", .numeric = {"row"}}),
            "row number, city category, age number, y label");
  EXPECT_EQ(columns_of(few, {.label = "y"}), "x number, y label");
}

TEST_F(Tables, MayTellWhatIsMissingAndBinNumbers) {
  const Dataset data = rows(kChurn, {.label = "churned", .missing = Missing::indicator});
  EXPECT_EQ(named(data, 3), (Named{{"age", 44}, {"age=?", 1}, {"city=paris", 1}, {"since=?", 1}}));
  std::string text = "x,y\n";
  for (int i = 0; i < 100; ++i) text += fmt::format("{},{}\n", i, i % 2);
  const Dataset binned = rows(text, {.label = "y", .bins = 4});
  EXPECT_EQ(named(binned, 24), (Named{{"x=0", 1}}));
  EXPECT_EQ(named(binned, 25), (Named{{"x=1", 1}}));
  EXPECT_EQ(named(binned, 99), (Named{{"x=3", 1}}));
}

TEST_F(Tables, MayChangeNumbersAndMultiplyColumns) {
  std::string text = "x,z,city,y\n";
  for (int i = 0; i < 200; ++i)
    text += fmt::format("{},{},{},{}\n", i, 3, i % 2 ? "p" : "q", i % 2);
  const Dataset data = rows(
      text,
      {.label = "y", .transform = {"log:x"}, .cross = {"city:x", "z:z", "city:x:z", "city:city"}});
  const float log = std::log1p(5.0f);
  EXPECT_EQ(named(data, 5), (Named{{"x", log},
                                   {"z", 3},
                                   {"city=p", 1},
                                   {"city=p*x", log},
                                   {"z*z", 9},
                                   {"city=p*x*z", 3 * log}}));
  const Dataset clipped = rows(text, {.label = "y", .transform = {"clip:x"}});
  EXPECT_EQ(named(clipped, 0).at("x"), 1);
  EXPECT_EQ(named(clipped, 199).at("x"), 198);
  const Dataset pairs = rows(text, {.label = "y", .only = {"x", "z"}, .cross = {":"}});
  EXPECT_EQ(named(pairs, 2), (Named{{"x", 2}, {"z", 3}, {"x*z", 6}}));
  EXPECT_NE(error_of(text, {.label = "y", .cross = {"x"}}).find("COLUMN:COLUMN"),
            std::string::npos);
  EXPECT_NE(error_of(text, {.label = "y", .cross = {"x:y"}}).find("has no features: it is label"),
            std::string::npos);
  EXPECT_NE(error_of(text, {.label = "y", .transform = {"log:city"}}).find("not a number"),
            std::string::npos);
  const Recipe& recipe = *data.features().recipe;
  EXPECT_EQ(json_of(recipe_of(json_of(recipe))), json_of(recipe));
}

TEST_F(Tables, MultiplyWordsOfATextInWhateverOrder) {
  const ColumnOptions columns{.label = "y", .text = {"t"}, .cross = {"t:t"}};
  const Dataset data = rows("t,y\nred apple,1\napple red,0\n", columns);
  EXPECT_EQ(named(data, 0), named(data, 1));
  EXPECT_EQ(named(data, 0).count("t^apple*t^red"), 1u);
  EXPECT_EQ(named(data, 0).size(), 3u);
}

TEST_F(Tables, SayWhatIsWrongAndWhere) {
  EXPECT_EQ(error_of(kChurn, {}),
            "t.csv:1:1: this looks like CSV: columns with commas between them; say which column is "
            "the label: --label NAME; the columns are age, city, since, churned");
  EXPECT_NE(error_of(kChurn, {.label = "churnd"}).find("did you mean 'churned'?"),
            std::string::npos);
  EXPECT_NE(error_of(kChurn, {.label = "city", .numeric = {"city"}}).find("given to --label"),
            std::string::npos);
  const ColumnOptions label{.label = "y"};
  EXPECT_EQ(error_of("a,y\n1,1\n2,0,3\n4,1\n", label).substr(0, 12), "t.csv:3:1: 3");
  EXPECT_NE(error_of("a,y\n1,1\na,y\n", label).find("t.csv:3:1: the header is here again"),
            std::string::npos);
  EXPECT_NE(error_of("a,a,y\n1,2,1\n", label).find("two columns are called 'a'"),
            std::string::npos);
  EXPECT_NE(error_of("a,y\n\"b\n,1\n", label).find("t.csv:2:1: a quoted field is not closed"),
            std::string::npos);
  const std::string word = error_of("a,y\n1,1\nx,0\n", {.label = "y", .numeric = {"a"}});
  EXPECT_EQ(word.substr(0, word.find(";")), "t.csv:3:1: column 'a': expected a number, found 'x'");
  const std::string multiline = error_of("a,b,y\n\"1\n2\",x,0\n", {.label = "y", .numeric = {"b"}});
  EXPECT_EQ(multiline.substr(0, 12), "t.csv:3:4: c") << multiline;
  EXPECT_NE(error_of("a,y\n1,1\n2,?\n", label).find("expected a label that is a number"),
            std::string::npos);
}

TEST_F(Tables, LeaveOutWhatIsMalformedIfTheyMay) {
  const Dataset data = rows("a,y\n1,1\nx,0\n3,0\n4\n", {.label = "y", .numeric = {"a"}},
                            {.on_error = OnError::skip});
  EXPECT_EQ(data.rows(), 2u);
  EXPECT_EQ(data.source().skipped_lines, 2u);
}

TEST_F(Tables, OfSeveralFilesHaveEachTheirHeader) {
  const std::string first = folder_.write("1.csv", "a,y\n1,1\n"),
                    second = folder_.write("2.csv", "y,a\n0,2\n"),
                    third = folder_.write("3.csv", "b,y\n2,0\n");
  const ReadOptions options{.columns = {.label = "y"}};
  const Dataset data = read({first, second}, options);
  EXPECT_EQ(named(data, 1), (Named{{"a", 2}}));
  EXPECT_EQ(data.labels()[1], 0);
  try {
    read({first, third}, {.on_error = OnError::skip, .columns = {.label = "y"}});
    FAIL();
  } catch (const ParseError& error) {
    EXPECT_EQ(error.reason, "the table lacks 1 of the model's columns: a; not known to it: b");
    EXPECT_EQ(error.path, third);
  }
}

TEST_F(Tables, OfClassesMayHaveLabelsOfAnyText) {
  const Dataset data = rows("a,y\n1,\"x, y: z\"\n2,None\n", {.label = "y"}, {.word_labels = true});
  ASSERT_NE(data.classes(), nullptr);
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"None", "x, y: z"}));
  const Dataset rest =
      rows("a,y\n1,p\n2,q\n3,r\n", {.label = "y"}, {.word_labels = true, .positive = "q"});
  EXPECT_EQ(*rest.classes(), (std::vector<std::string>{"not q", "q"}));
}

TEST_F(Tables, AreReadAlikeByAModelOfThem) {
  std::string text = kChurn;
  for (int i = 0; i < 50; ++i)
    text += fmt::format("{},{},,{}\n", i, i % 3 ? "rome" : "oslo", i % 2);
  const TrainResult result = train(rows(text), {.threads = 1});
  save(result.model, folder_.path("m"));
  const Model model = load(folder_.path("m"));
  ASSERT_NE(model.features().recipe, nullptr);
  EXPECT_EQ(model.features().recipe->columns, result.model.features().recipe->columns);
  // By header in another order, without one, without the label, as JSON, and by columns.
  const ReadOptions options{.features = model.features()};
  const std::vector<std::string> texts{
      "since,churned,city,age,new\n2026-03-31,1,paris,33,7\n", "33,paris,2026-03-31,1\n",
      "33,paris,2026-03-31\n",
      "{\"age\": 33, \"city\": \"paris\", \"since\": \"2026-03-31\", \"new\": 1}\n"};
  RowBuilder builder(model.features());
  builder.add("age", 33);
  builder.add("city", "paris");
  builder.add("since", "2026-03-31");
  const float expected = model.predict(builder.row());
  for (const std::string& one : texts) {
    const Dataset row = read({folder_.write("row", one)}, options);
    ASSERT_EQ(row.rows(), 1u);
    EXPECT_EQ(model.predict(row.row(0)), expected) << one;
  }
  builder.add_line("33,paris,2026-03-31");
  EXPECT_EQ(model.predict(builder.row()), expected);
  EXPECT_THROW(builder.add("age", "old"), DataError);
}

TEST_F(Tables, AreStreamedAsTheyAreRead) {
  std::string text = "age,city,y\n";
  for (int i = 0; i < 3'000; ++i) text += fmt::format("{},c{},{}\n", i % 50, i % 5, i % 2);
  ReadOptions options{.columns = {.label = "y"}};
  const std::string path = folder_.write("s.csv", text);
  RowStream stream({path}, options);
  TrainObserver observer;
  const TrainOptions training{
      .scale = Scale::none, .learning_rate = 0.1f, .threads = 1, .order = RowOrder::sequential};
  const Model streamed = train(stream, training, observer).model;
  const Model held = train(read({path}, options), training).model;
  ASSERT_NE(streamed.features().recipe, nullptr);
  const Dataset rows = read({path}, {.features = held.features()});
  const Dataset others = read({path}, {.features = streamed.features()});
  for (Offset i = 0; i < 100; ++i) {
    EXPECT_NEAR(streamed.margin(others.row(i)), held.margin(rows.row(i)), 1e-5);
  }
}

TEST_F(Tables, KeepTheirRecipeInAHogdataFile) {
  const Dataset data = rows(kChurn);
  save_hogdata(data, folder_.path("t.hogdata"));
  const Dataset again = read({folder_.path("t.hogdata")}, {});
  ASSERT_NE(again.features().recipe, nullptr);
  EXPECT_EQ(json_of(*again.features().recipe), json_of(*data.features().recipe));
}

TEST_F(Tables, SayTheSameAsJsonLinesVwTextAndLibsvmText) {
  std::string csv = "age,city,y\n", json, vw, svm;
  for (int i = 0; i < 300; ++i) {
    const int age = 20 + i % 40, label = i % 2 == 0 ? 1 : -1;
    const std::string city = i % 3 == 0 ? "paris" : "rome";
    csv += fmt::format("{},{},{}\n", age, city, label);
    json += fmt::format("{{\"age\":{},\"city\":\"{}\",\"y\":{}}}\n", age, city, label);
    vw += fmt::format("{} | age:{} city:{}\n", label, age, city);
    svm += fmt::format("{} 0:{} {}:1\n", label, age, i % 3 == 0 ? 1 : 2);
  }
  const ReadOptions options{.columns = {.label = "y"}};
  const TrainOptions training{.threads = 1};
  const Model by_csv = train(read({folder_.write("r.csv", csv)}, options), training).model;
  const Model by_json = train(read({folder_.write("r.json", json)}, options), training).model;
  const Model by_vw = train(read({folder_.write("r.vw", vw)}, {}), training).model;
  const Model by_svm = train(read({folder_.write("r.svm", svm)}, {}), training).model;
  ASSERT_EQ(by_csv.weights().size(), by_vw.weights().size());
  for (std::size_t j = 0; j < by_csv.weights().size(); ++j) {
    EXPECT_EQ(by_csv.features().name(static_cast<Index>(j)),
              by_vw.features().name(static_cast<Index>(j)));
    EXPECT_EQ(by_csv.weights()[j], by_vw.weights()[j]);
    EXPECT_EQ(by_csv.weights()[j], by_json.weights()[j]);
    EXPECT_EQ(by_csv.weights()[j], by_svm.weights()[j]);
  }
  EXPECT_EQ(by_csv.bias(), by_vw.bias());
}

TEST_F(Tables, WithFilesOfAnotherFormatAreRefused) {
  const std::string table = folder_.write("a.csv", "a,y\n1,1\n2,0\n"),
                    json = folder_.write("b.jsonl", "{\"a\": 1, \"y\": 1}\n");
  EXPECT_THROW(read({table, json}, {.columns = {.label = "y"}}), ParseError);
  EXPECT_THROW(read({json, table}, {.columns = {.label = "y"}}), ParseError);
  const Dataset in_memory(
      {.offsets = {0, 1}, .indices = {0}, .values = {}, .labels = {1}, .weights = {}},
      FeatureSpace{.size = 1});
  EXPECT_THROW(read({table}, {.features = in_memory.features()}), DataError);
}

TEST_F(Tables, MayBeginWithAByteOrderMark) {
  const std::string mark = "\xef\xbb\xbf";
  const Dataset data =
      rows(mark + "spam,1,a\nham,2,b\nspam,3,a\n", {.label = "1"}, {.word_labels = true});
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"ham", "spam"}));
  const Dataset quoted = rows(mark + "\"na\nme\",y\n1,1\n2,0\n", {.label = "y"});
  EXPECT_EQ(named(quoted, 1), (Named{{"na\nme", 2}}));
}

TEST_F(Tables, MadeByAnotherRecipeAreNotMixed) {
  std::string text = "x,y\n", other = "x,y\n";
  for (int i = 0; i < 100; ++i) {
    text += fmt::format("{},{}\n", i, i % 2);
    other += fmt::format("{},{}\n", 5 * i, i % 2);
  }
  const ColumnOptions columns{.label = "y", .bins = 4};
  const Model model = train(rows(text, columns), {.threads = 1}).model;
  save_hogdata(rows(other, columns), folder_.path("o.hogdata"));
  EXPECT_THROW(read({folder_.path("o.hogdata")}, {.features = model.features()}), DataError);
}

TEST_F(Tables, HaveRowsThatAreBuiltAgainAfterAFault) {
  const Model model = train(rows(kChurn), {.threads = 1}).model;
  RowBuilder builder(model.features());
  builder.add("age", 3e38);
  builder.add("age", 3e38);
  EXPECT_THROW(builder.row(), DataError);
  EXPECT_THROW(builder.add_line("33,paris,2026-03-31\n44,rome,2026-03-31\n"), DataError);
  builder.add("city", "paris");
  EXPECT_EQ(builder.row().nonzeros(), 2u);  // and the mean age
}

}  // namespace
}  // namespace hogwild
