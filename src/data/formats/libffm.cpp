// Libffm text to rows. A feature is named by its field and itself, as one of a namespace in VW
// text.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>

#include "data/formats/parser.hpp"
#include "data/recipe/row_maker.hpp"
#include "data/text/number.hpp"

namespace hogwild {
namespace {

const char* end_of_token(const char* p, const char* end) noexcept {
  return std::find_if(p, end, is_blank);
}

// As "12:30:00".
bool is_time(std::string_view token) noexcept {
  constexpr std::string_view kShape = "00:00:00";
  return token.size() == kShape.size() && std::ranges::equal(token, kShape, [](char c, char shape) {
           return shape == ':' ? c == ':' : c >= '0' && c <= '9';
         });
}

// The label, if the first token is one. Moves p behind it.
std::optional<Fault> parse_label(const char*& p, const char* end, const ParseRules& rules,
                                 RowBatch& batch, float& label) {
  const char* const token = p;
  const char* const token_end = end_of_token(p, end);
  if (std::find(token, token_end, ':') != token_end) return std::nullopt;
  p = token_end;
  if (rules.class_labels) return parse_class({token, token_end}, rules, batch, label);
  return parse_whole_number(token, token_end, "a label", label);
}

}  // namespace

bool begins_libffm(std::string_view row, std::string_view) {
  const char* const end = row.data() + row.size();
  const char* p = row.data();
  for (bool first = true; (p = skip_blanks(p, end)) != end; first = false) {
    const char* const token = p;
    p = end_of_token(p, end);
    const char* const field_end = std::find(token, p, ':');
    if (field_end == p) {
      const std::string_view word(token, p);
      if (!first || word.find_first_of(",;") != word.npos) return false;  // a table has these
      continue;                                                           // the label
    }
    const char* const feature_end = std::find(field_end + 1, p, ':');
    float value = 0;
    return field_end != token && feature_end != field_end + 1 && feature_end != p &&
           is_whole_number(feature_end + 1, p, value) && !is_time({token, p});
  }
  return false;
}

std::optional<Fault> parse_libffm_line(std::string_view line, std::uint64_t line_number,
                                       const ParseRules& rules, RowBatch& batch, RowMaker* maker) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* p = skip_blanks(begin, end);
  if (p == end || *p == '#') return std::nullopt;

  const char* const row_at = p;
  float label = kUnlabelled;
  if (auto fault = parse_label(p, end, rules, batch, label)) return fault;

  std::string name;
  for (p = skip_blanks(p, end); p != end; p = skip_blanks(p, end)) {
    const char* const token_end = end_of_token(p, end);
    const char* const field_end = std::find(p, token_end, ':');
    const char* const feature_end =
        field_end == token_end ? token_end : std::find(field_end + 1, token_end, ':');
    if (field_end == p || feature_end == token_end || feature_end == field_end + 1) {
      return Fault{p, fmt::format("expected field:feature:value, found {}", quoted_token(p, end)),
                   "a row is `label field:feature:value ...`; for libsvm text use --format libsvm"};
    }
    std::optional<std::size_t> place;
    if (maker != nullptr) {
      place = maker->find_namespace({p, field_end});
      if (!maker->uses(place)) {
        p = token_end;
        continue;
      }
    }
    float value = 0;
    if (auto fault = parse_whole_number(feature_end + 1, token_end, "a value", value)) return fault;
    name.clear();
    append_part(name, {p, field_end}, rules);
    name += '^';
    append_part(name, {field_end + 1, feature_end}, rules);
    if (maker == nullptr) {
      add_named(name, value, rules, batch);
    } else {
      maker->take_feature(place, name, value);
    }
    p = token_end;
  }
  if (maker != nullptr) maker->add_crosses();
  return end_named_row(row_at, label, 1, static_cast<std::uint64_t>(row_at - begin) + 1,
                       line_number, rules, batch);
}

}  // namespace hogwild
