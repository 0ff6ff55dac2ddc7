// One line of Vowpal Wabbit text to one row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>

#include "data/number.hpp"
#include "data/parser.hpp"

namespace hogwild {
namespace {

// The part before the first bar.
struct Header {
  float label = kUnlabelled;
  float weight = 1;
  std::uint64_t column = 1;
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
    if (rules.class_labels && part == 0 && *token != '\'') {
      if (auto fault = parse_class({token, token_end}, rules, batch, header.label)) return fault;
      header.column = static_cast<std::uint64_t>(token - begin) + 1;
      p = token_end;
      ++part;
      continue;
    }
    const bool is_tag = *token == '\'' || (token_end == bar && !(is_number && part == 0));
    p = token_end;
    if (is_tag && p == bar) return std::nullopt;
    if (is_tag) {
      if (skip_blanks(p, bar) == bar) return std::nullopt;
      return Fault{
          token, fmt::format("the tag {} is not the last before the bar", quoted_token(token, bar)),
          "a row is `label importance 'tag| name:value ...`"};
    }
    if (part == kParts.size()) {
      return Fault{
          token, fmt::format("a third number, {}, before the bar", quoted_token(token, token_end)),
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

// A number after a colon at p, which the token must end with.
std::optional<Fault> parse_value(const char* p, const char* token_end, const char* what,
                                 float& value) {
  const NumberEnd parsed = parse_float(p, token_end, value);
  if (parsed.fault != NumberFault::none) return bad_number(p, token_end, parsed.fault, what);
  if (parsed.end != token_end) {
    return bad_number(p, token_end, NumberFault::not_a_number, what);
  }
  return std::nullopt;
}

void add_feature(std::string_view name, float value, const ParseRules& rules, RowBatch& batch) {
  const std::uint64_t hash = hash_of_name(name);
  if (rules.hash_bits != 0) {
    batch.add(hashed_index(hash, rules.hash_bits), value);
  } else if (rules.known_names == nullptr) {
    batch.add(batch.names.insert(name, hash), value);
  } else if (const auto index = rules.known_names->find(name, hash)) {
    batch.add(*index, value);
  } else {
    batch.add_unknown();
  }
}

}  // namespace

std::optional<Fault> parse_vw_line(std::string_view line, std::uint64_t line_number,
                                   const ParseRules& rules, RowBatch& batch) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* const first = skip_blanks(begin, end);
  if (first == end || *first == '#') return std::nullopt;

  const char* p = std::find(begin, end, '|');
  if (p == end) {
    return Fault{begin, "there is no '|' in this row",
                 "VW text is `label |namespace name:value ...`; for libsvm pass --format libsvm"};
  }
  Header header;
  if (auto fault = parse_header(begin, p, rules, batch, header)) return fault;

  std::string name;      // "namespace^feature", its head kept from feature to feature
  std::size_t head = 0;  // length of "namespace^"
  float factor = 1;      // of the namespace
  while (p != end) {
    const bool opens_namespace = *p == '|';
    const char* const token = opens_namespace ? p + 1 : p;
    const char* const token_end =
        std::find_if(token, end, [](char c) { return is_blank(c) || c == '|'; });
    const char* const colon = std::find(token, token_end, ':');
    float value = 1;
    if (colon != token_end) {
      const char* const what = opens_namespace ? "a namespace's factor" : "a value";
      if (auto fault = parse_value(colon + 1, token_end, what, value)) return fault;
    }
    if (opens_namespace) {
      name.assign(token, colon);
      if (!name.empty()) name += '^';
      head = name.size();
      factor = value;
    } else if (token != token_end) {
      if (token == colon) {
        return Fault{token, "a feature without a name", "write name:value"};
      }
      name.resize(head);
      name.append(token, colon);
      add_feature(name, value * factor, rules, batch);
    }
    p = skip_blanks(token_end, end);
  }

  if (auto fault = batch.end_row(first, header.label, header.weight, Duplicates::sum)) return fault;
  batch.note_label(header.label, line_number, header.column);
  return std::nullopt;
}

}  // namespace hogwild
