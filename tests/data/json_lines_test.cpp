// JSON lines to rows.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/data/reader.hpp"
#include "support/named.hpp"
#include "support/tables.hpp"

namespace hogwild {
namespace {

using test::Named;
using test::named;

class JsonLines : public test::Tables {};

TEST_F(JsonLines, HaveOnlyTheKeysThatAreAskedFor) {
  std::string text;
  for (int i = 0; i < 12'000; ++i) text += fmt::format("{{\"a\": {}, \"y\": {}}}\n", i % 7, i % 2);
  text += "{\"a\": 1, \"late\": 5, \"y\": 1}\n";
  EXPECT_EQ(named(rows(text, {.label = "y"}), 12'000).count("late"), 1u);
  EXPECT_EQ(named(rows(text, {.label = "y", .only = {"a"}}), 12'000).count("late"), 0u);
}

TEST_F(JsonLines, HaveObjectsArraysAndMissingValues) {
  const Dataset data = rows(
      "{\"churned\": true, \"user\": {\"age\": 3, \"city\": \"paris\"}, \"tags\": [\"a\", \"b\"]}\n"
      "{\"churned\": false, \"user\": {\"age\": 5, \"city\": null}, \"tags\": [], \"xs\": [1, "
      "2]}\n",
      {.label = "churned"}, {.word_labels = true});
  EXPECT_EQ(named(data, 0).at("user.age"), 3);
  EXPECT_EQ(named(data, 0).at("user.city=paris"), 1);
  EXPECT_GT(named(data, 0).at("tags^a"), 0);
  EXPECT_EQ(named(data, 1).count("user.city=paris"), 0u);
  EXPECT_EQ(named(data, 1).at("xs.1"), 2);
  EXPECT_EQ(*data.classes(), (std::vector<std::string>{"false", "true"}));
}

TEST_F(JsonLines, TellNullFromAKeyThatIsNotThere) {
  const std::string text =
      "{\"y\": 1, \"a\": 2, \"b\": 1}\n{\"y\": 0, \"a\": 4, \"b\": 1}\n{\"y\": 1, \"a\": null}\n"
      "{\"y\": 0, \"b\": 1}\n";
  const Dataset data = rows(text + "{\"y\": 1, \"a\": 3, \"b\": 1}\n", {.label = "y"});
  EXPECT_EQ(named(data, 2), (Named{{"a", 3}}));
  EXPECT_EQ(named(data, 3), (Named{{"b", 1}}));
  EXPECT_EQ(named(rows(text, {.label = "y", .missing = Missing::indicator}), 3),
            (Named{{"a=?", 1}, {"b", 1}}));
}

TEST_F(JsonLines, SayWhatIsWrongAndWhere) {
  const ColumnOptions label{.label = "y"};
  EXPECT_NE(error_of("{\"a\": 1, \"b\": 2}\n", {}).find("--label KEY; the keys are a, b"),
            std::string::npos);
  EXPECT_NE(error_of("{\"y\": 1, \"a\": 2}\n{\"y\": 1, \"a\": }\n", label).find("t.csv:2:1"),
            std::string::npos);
  EXPECT_NE(error_of("{\"y\": 1, \"a\": 2}\n[1]\n", label).find("a row is an object"),
            std::string::npos);
  EXPECT_NE(error_of("{\"y\": 1, \"a\": [{\"b\": 1}]}\n", label).find("within an array"),
            std::string::npos);
  std::string deep = "{\"y\": 1, \"a\": ";
  for (int i = 0; i < 100'000; ++i) deep += "{\"a\": ";
  EXPECT_NE(error_of(deep + "\n", {.label = "y"}, {.format = Format::jsonl}).find("too deeply"),
            std::string::npos);
}

// What a line says, by the whole of it at once: the values of an object, the keys of inner ones
// with dots between.
void flatten(const std::string& key, const Json& value, const Recipe& recipe, Named& features) {
  if (value.is_object()) {
    for (const auto& [inner, its] : value.items())
      flatten(key + '.' + inner, its, recipe, features);
    return;
  }
  const std::string name = key.substr(1);
  const Column* const column = recipe.find(name);
  if (value.is_number() && (column == nullptr || column->role != Role::category)) {
    if (value.get<float>() != 0) features[name] = value.get<float>();
  } else if (value.is_string()) {
    if (!value.get<std::string>().empty()) features[name + '=' + value.get<std::string>()] = 1;
  } else {
    features[name + '=' + (value.is_number() ? class_name(value.get<float>()) : value.dump())] = 1;
  }
}

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  std::string row() {
    std::string text = fmt::format("{{\"y\":{}", random_.below(2));
    for (const char* const key : {"n", "w", "b", "o"}) {
      if (random_.below(4) != 0) text += fmt::format("{}\"{}\":{}", comma(), key, value(*key));
    }
    return text + blank() + "}";
  }

  // A byte of the text changed, left out, or there twice.
  std::string broken(std::string text) {
    constexpr std::string_view kBytes = "{}[]\",:.e-0 1\\u\x01\xc3";
    const std::size_t at = random_.below(text.size());
    switch (random_.below(3)) {
      case 0:
        text[at] = kBytes[random_.below(kBytes.size())];
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text.insert(at, 1, kBytes[random_.below(kBytes.size())]);
    }
    return text;
  }

 private:
  std::string blank() { return std::string(random_.below(3), ' '); }
  std::string comma() { return blank() + "," + blank(); }
  std::string value(char key) {
    if (key == 'n') return fmt::format("{}", static_cast<float>(random_.below(100)) / 4 - 8);
    if (key == 'w')
      return fmt::format("\"{}\"", std::array{"a", "b\\n", "\\u00e9", "c d"}[random_.below(4)]);
    if (key == 'b') return random_.below(2) == 0 ? "true" : "false";
    return fmt::format("{{\"x\":{}{}\"z\":{{\"t\":\"q{}\"}}}}", random_.below(5), comma(),
                       random_.below(3));
  }

  Random random_;
};

TEST_F(JsonLines, AreReadAsByTheWholeObject) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    RandomJson random(seed);
    std::string text =
        "{\"y\":1,\"n\":1.5,\"w\":\"a\",\"b\":true,\"o\":{\"x\":2,\"z\":{\"t\":\"q0\"}}}\n";
    std::vector<Json> whole{Json::parse(text)};
    std::uint64_t refused = 0;
    for (int i = 0; i < 60; ++i) {
      const std::string row = i % 3 == 2 ? random.broken(random.row()) : random.row();
      text += row + '\n';
      Json json = Json::parse(row, nullptr, false);
      json.is_object() ? whole.push_back(std::move(json)) : void(++refused);
    }
    const Dataset data = rows(text, {.label = "y", .categorical = {"w", "b", "o.z.t"}},
                              {.format = Format::jsonl, .on_error = OnError::skip});
    // A line may be valid JSON, and no row: its number is out of range, say.
    ASSERT_EQ(data.source().skipped_lines + data.rows(), refused + whole.size()) << seed;
    Offset i = 0;
    for (const Json& json : whole) {
      Named row;
      flatten("", json, *data.features().recipe, row);
      row.erase("y");
      if (i < data.rows() && named(data, i) == row) ++i;
    }
    EXPECT_EQ(i, data.rows()) << seed << '\n' << text;
  }
}

}  // namespace
}  // namespace hogwild
