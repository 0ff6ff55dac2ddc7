#include "hogwild/data/recipe.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string>

#include "core/json.hpp"
#include "data/recipe/change.hpp"
#include "data/recipe/kinds.hpp"
#include "data/recipe/notation.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

constexpr int kRecipeVersion = 1;
constexpr const char* kNoName = "the one without a name";
constexpr int kMostWords = 10, kMostCharacters = 20;  // in a run, as the options have it

}  // namespace

const Column* Recipe::find(std::string_view name) const noexcept {
  const auto found = std::ranges::find(columns, name, &Column::name);
  return found == columns.end() ? nullptr : &*found;
}

const Column* Recipe::find(Role role) const noexcept {
  const auto found = std::ranges::find(columns, role, &Column::role);
  return found == columns.end() ? nullptr : &*found;
}

std::string json_of(const Recipe& recipe) {
  Json columns = Json::array();
  for (const Column& column : recipe.columns) {
    Json json{{"name", json_of_bytes(column.name)}, {"role", name_of(column.role)}};
    if (column.notation != NumberNotation::plain) {
      json["notation"] = std::ranges::find(notations(), column.notation, [](const auto& its) {
                           return its.first;
                         })->second;
    }
    if (column.change != Change::none) {
      json["transform"] =
          std::ranges::find(number_changes(), column.change, &NumberChange::change)->name;
    }
    if (column.change == Change::clip) json["range"] = {column.least, column.most};
    if (column.mean) json["mean"] = *column.mean;
    if (!column.bins.empty()) json["bins"] = column.bins;
    columns.push_back(std::move(json));
  }
  Json json{{"version", kRecipeVersion},
            {"named", recipe.named},
            {"has_header", recipe.has_header},
            {"has_others", recipe.has_others},
            {"lacking_is_missing", recipe.lacking_is_missing},
            {"columns", std::move(columns)},
            {"missing", recipe.missing == Missing::indicator ? "indicator" : "absent"}};
  for (const Cross& cross : recipe.crosses) {
    Json names = Json::array();
    for (const std::string& name : cross) names.push_back(json_of_bytes(name));
    json["crosses"].push_back(std::move(names));
  }
  if (recipe.separator != '\0') {
    json["separator"] = json_of_bytes(std::string(1, recipe.separator));
  }
  if (recipe.positive) json["positive"] = json_of_bytes(*recipe.positive);
  if (recipe.find(Role::text) != nullptr) {
    Json words = Json::array();
    for (const std::string& word : recipe.text.stop_words) words.push_back(word);
    json["text"] = {{"ngrams", recipe.text.ngrams},
                    {"least_characters", recipe.text.least_characters},
                    {"most_characters", recipe.text.most_characters},
                    {"min_count", recipe.text.min_count},
                    {"stop_words", std::move(words)}};
  }
  return in_one_line(json);
}

Recipe recipe_of(std::string_view text) {
  const auto fail = [](const std::string& reason) {
    throw DataError("recipe", "the recipe can't be read: " + reason, "train again");
  };
  Recipe recipe;
  try {
    const Json json = Json::parse(text);
    if (number_of<int>(json.at("version")) != kRecipeVersion) fail("it is of a newer version");
    recipe.named = json.at("named").get<bool>();
    recipe.has_header = json.at("has_header").get<bool>();
    recipe.has_others = json.at("has_others").get<bool>();
    recipe.lacking_is_missing = json.at("lacking_is_missing").get<bool>();
    if (json.contains("separator")) {
      const std::string separator = bytes_of_json(json.at("separator"));
      if (separator.size() != 1) fail("its separator is not one byte");
      recipe.separator = separator.front();
    }
    for (const Json& column : json.at("columns")) {
      const auto role = role_named(column.at("role").get<std::string>());
      if (!role) fail("a column has an unknown role");
      Column its{.name = bytes_of_json(column.at("name")), .role = *role};
      if (column.contains("notation")) {
        const auto& name = column.at("notation").get_ref<const std::string&>();
        const auto found =
            std::ranges::find(notations(), name, [](const auto& its) { return its.second; });
        if (found == notations().end()) fail("a column has an unknown notation");
        its.notation = found->first;
      }
      if (column.contains("transform")) {
        const NumberChange* const change =
            change_named(column.at("transform").get_ref<const std::string&>());
        if (change == nullptr) fail("a column has an unknown transform");
        its.change = change->change;
      }
      if (its.change == Change::clip) {
        its.least = number_of<float>(column.at("range").at(0));
        its.most = number_of<float>(column.at("range").at(1));
        if (!(its.least <= its.most)) fail("a range is empty");
      }
      if (column.contains("mean")) its.mean = number_of<float>(column.at("mean"));
      if (column.contains("bins")) {
        for (const Json& edge : column.at("bins")) its.bins.push_back(number_of<float>(edge));
        if (!std::ranges::is_sorted(its.bins)) fail("bins are out of order");
      }
      recipe.columns.push_back(std::move(its));
    }
    if (json.contains("crosses")) {
      for (const Json& names : json.at("crosses")) {
        Cross& cross = recipe.crosses.emplace_back();
        for (const Json& name : names) cross.push_back(bytes_of_json(name));
        const auto is_there = [&](const std::string& name) { return recipe.find(name) != nullptr; };
        if (cross.size() < 2 || !std::ranges::all_of(cross, is_there)) {
          fail("a cross is of columns that are not there");
        }
      }
    }
    const auto missing = json.at("missing").get<std::string>();
    if (missing == "indicator") recipe.missing = Missing::indicator;
    if (json.contains("positive")) recipe.positive = bytes_of_json(json.at("positive"));
    if (json.contains("text")) {
      const Json& words = json.at("text");
      recipe.text.ngrams = number_of<int>(words.at("ngrams"));
      recipe.text.least_characters = number_of<int>(words.at("least_characters"));
      recipe.text.most_characters = number_of<int>(words.at("most_characters"));
      recipe.text.min_count = number_of<int>(words.at("min_count"));
      words.at("stop_words").get_to(recipe.text.stop_words);
      const TextOptions& its = recipe.text;
      const bool has_characters =
          its.least_characters >= 1 && its.least_characters <= its.most_characters;
      if (its.ngrams < 1 || its.ngrams > kMostWords || its.most_characters > kMostCharacters ||
          !(has_characters || (its.least_characters == 0 && its.most_characters == 0)) ||
          !std::ranges::is_sorted(its.stop_words)) {
        fail("its numbers are out of range");
      }
    }
  } catch (const Json::exception& error) {
    fail(error.what());
  }
  return recipe;
}

std::string in_words(const Recipe& recipe) {
  const bool of_namespaces = recipe.is_of_namespaces();
  std::vector<std::string> used, dropped;
  for (const Column& column : recipe.columns) {
    std::string name = column.name;
    if (name.empty()) name = of_namespaces || recipe.columns.size() > 2 ? kNoName : "the text";
    if (column.role == Role::drop) {
      dropped.push_back(name);
    } else {
      used.push_back(of_namespaces ? name : fmt::format("{} {}", name, name_of(column.role)));
    }
  }
  for (const Cross& cross : recipe.crosses)
    used.push_back(fmt::format("{}", fmt::join(cross, "*")));
  return fmt::format("{}{}{}", fmt::join(used, ", "),
                     dropped.empty() ? "" : "; not used: ", fmt::join(dropped, ", "));
}

}  // namespace hogwild
