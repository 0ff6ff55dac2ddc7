// A line of Vowpal Wabbit text to a row, whatever stands in it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

#include "data/formats/parser.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/text/number.hpp"

namespace hogwild {
namespace {

// The part before the first bar.
struct Header {
  float label = kUnlabelled;
  float weight = 1;
  std::uint64_t column = 1;
  std::string_view tag;
};

std::optional<Fault> parse_header(const char* begin, const char* bar, const ParseRules& rules,
                                  RowBatch& batch, Header& header) {
  constexpr std::array kParts{"a label", "an importance weight"};
  std::size_t part = 0;
  for (const char* p = skip_blanks(begin, bar); p != bar; p = skip_blanks(p, bar)) {
    const char* const token = p;
    const char* const token_end = std::find_if(p, bar, is_blank);
    float number = 0;
    const NumberEnd parsed = parse_float(token, token_end, number);
    const bool is_number = parsed.fault == NumberFault::none && parsed.end == token_end;
    // A number that is the only token before the bar is a label; any other one there is a tag.
    const bool is_tag = *token == '\'' || (token_end == bar && !(is_number && part == 0));
    if (rules.class_labels && part == 0 && !is_tag) {
      if (auto fault = parse_class({token, token_end}, rules, batch, header.label)) return fault;
      header.column = static_cast<std::uint64_t>(token - begin) + 1;
      p = token_end;
      ++part;
      continue;
    }
    p = token_end;
    if (is_tag && rules.finds_classes() && part == 0 && *token != '\'') {
      return Fault{token,
                   fmt::format("{} directly before the bar is a tag, and the row has no class",
                               quoted_token(token, bar)),
                   "write a class with a blank behind it: `class |namespace name ...`"};
    }
    if (is_tag) {
      header.tag = {*token == '\'' ? token + 1 : token, token_end};
      if (p == bar) return std::nullopt;
      if (skip_blanks(p, bar) == bar) return std::nullopt;
      return Fault{
          token, fmt::format("the tag {} is not directly before the bar", quoted_token(token, bar)),
          "a row is `label importance 'tag| name:value ...`"};
    }
    if (part == kParts.size()) {
      return Fault{token,
                   fmt::format("third number {} before the bar", quoted_token(token, token_end)),
                   "a base prediction is not supported; remove it"};
    }
    if (!is_number) {
      const NumberFault fault =
          parsed.fault == NumberFault::none ? NumberFault::not_a_number : parsed.fault;
      return bad_number(token, bar, fault, kParts[part]);
    }
    if (part == 0) {
      header.label = number;
      header.column = static_cast<std::uint64_t>(token - begin) + 1;
    } else if (number < 0) {
      return Fault{token, "a negative importance weight", "weights are 0 or more"};
    } else {
      header.weight = number;
    }
    ++part;
  }
  return std::nullopt;
}

// Whether the value of a feature is a word, as "paris" in `city:paris`: the feature is then the one
// called "city=paris", with the value 1. What begins as a number is meant to be one.
bool is_word(std::string_view value) {
  constexpr std::string_view kBegin = "0123456789+-.";
  if (value.empty() || kBegin.find(value.front()) != kBegin.npos) return false;
  float number = 0;
  const char* const end = value.data() + value.size();
  const NumberEnd parsed = parse_float(value.data(), end, number);
  return parsed.fault == NumberFault::not_a_number ||
         (parsed.fault == NumberFault::not_finite && parsed.end != end);  // "info", "nancy"
}

Fault no_bar(const char* begin, const char* first, const ParseRules& rules) {
  const std::string row = "`label |namespace name:value ...`";
  if (*first == '#') {
    return {begin, "this row has no '|', and VW text has no comments", "remove the line"};
  }
  if (rules.drop_unknown) {
    return {begin, "this row has no '|': it is not VW text, as the model needs",
            fmt::format("write it as {}", row)};
  }
  return {begin, "this row has no '|'",
          fmt::format("VW text is {}; for libsvm text use --format libsvm", row)};
}

}  // namespace

std::optional<Fault> parse_vw_line(std::string_view line, std::uint64_t line_number,
                                   const ParseRules& rules, RowBatch& batch, RowMaker* maker) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* const first = skip_blanks(begin, end);
  if (first == end) return std::nullopt;

  const char* p = std::find(begin, end, '|');
  if (p == end) return no_bar(begin, first, rules);
  Header header;
  if (auto fault = parse_header(begin, p, rules, batch, header)) return fault;
  if (rules.skip_unlabelled && std::isnan(header.label)) {
    ++batch.unlabelled_rows;
    return std::nullopt;
  }

  std::string name;       // "namespace^feature", its head kept from feature to feature
  std::size_t head = 0;   // length of "namespace^"
  float factor = 1;       // of the namespace
  unsigned nameless = 0;  // features so far that are called by their place in the namespace
  std::optional<std::size_t> place;  // of the namespace in the recipe
  bool is_used = true;
  while (p != end) {
    const bool opens_namespace = *p == '|';
    const char* const token = opens_namespace ? p + 1 : p;
    const char* const token_end =
        std::find_if(token, end, [](char c) { return is_blank(c) || c == '|'; });
    const char* const colon = std::find(token, token_end, ':');
    if (opens_namespace) {
      factor = 1;
      if (colon != token_end) {
        if (auto fault = parse_whole_number(colon + 1, token_end, "a namespace's factor", factor)) {
          return fault;
        }
      }
      name.clear();
      append_part(name, {token, colon}, rules);
      if (!name.empty()) name += '^';
      head = name.size();
      nameless = 0;
      if (maker != nullptr) {
        place = maker->find_namespace({token, colon});
        is_used = maker->uses(place);
      }
    } else if (token != token_end && is_used) {
      name.resize(head);
      append_part(name, {token, colon}, rules);
      float value = 1;
      if (colon != token_end && token != colon && is_word({colon + 1, token_end})) {
        name += '=';
        append_part(name, {colon + 1, token_end}, rules);
      } else if (colon != token_end) {
        if (auto fault = parse_whole_number(colon + 1, token_end, "a value", value)) return fault;
        if (token == colon) name += std::to_string(nameless++);
      }
      if (maker == nullptr) {
        add_named(name, value * factor, rules, batch);
      } else {
        maker->take_feature(place, name, value * factor);
      }
    }
    p = skip_blanks(token_end, end);
  }
  if (maker != nullptr) maker->add_crosses();

  if (auto fault = end_named_row(first, header.label, header.weight, header.column, line_number,
                                 rules, batch)) {
    return fault;
  }
  if (rules.tags && !header.tag.empty()) batch.keep_tag(header.tag);
  return std::nullopt;
}

}  // namespace hogwild
