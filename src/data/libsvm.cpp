// One line of libsvm text to one row.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "data/number.hpp"
#include "data/parser.hpp"
#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

bool ends_token(const char* p, const char* end) noexcept {
  return p == end || is_blank(*p) || *p == '#';
}

Fault not_a_feature(const char* p, const char* end) {
  if (end - p >= 4 && std::string_view(p, 4) == "qid:") {
    return {p, "qid: belongs to ranking data, which is not supported", "remove the qid: tokens"};
  }
  return {p, fmt::format("expected index:value, found {}", quoted_token(p, end)),
          "a row is `label index:value ...`; for VW text pass --format vw"};
}

}  // namespace

std::optional<Fault> parse_libsvm_line(std::string_view line, std::uint64_t line_number,
                                       const ParseRules& rules, RowBatch& batch) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* p = skip_blanks(begin, end);
  if (p == end || *p == '#') return std::nullopt;

  float label = kUnlabelled;
  const char* const label_at = p;
  float number = 0;
  const NumberEnd first = parse_float(p, end, number);
  const bool starts_with_a_feature =
      first.fault == NumberFault::none && first.end != end && *first.end == ':';
  if (!starts_with_a_feature && rules.class_labels) {
    const char* const token_end =
        std::find_if(p, end, [](char c) { return is_blank(c) || c == '#'; });
    if (auto fault = parse_class({p, token_end}, rules, batch, label)) return fault;
    p = token_end;
  } else if (!starts_with_a_feature) {
    if (first.fault != NumberFault::none) return bad_number(p, end, first.fault, "a label");
    if (!ends_token(first.end, end)) {
      return bad_number(p, end, NumberFault::not_a_number, "a label");
    }
    label = number;
    p = first.end;
  }

  for (;;) {
    p = skip_blanks(p, end);
    if (p == end || *p == '#') break;
    std::uint64_t index = 0;
    const NumberEnd index_end = parse_integer(p, end, index);
    if (index_end.fault == NumberFault::not_a_number || index_end.end == end ||
        *index_end.end != ':') {
      return not_a_feature(p, end);
    }
    if (rules.one_based && index == 0) {
      return Fault{p, "index 0 in data whose features count from 1",
                   rules.drop_unknown ? "the model was trained on such data; add 1 to every index"
                                      : "add 1 to every index, or pass --index-base 0"};
    }
    const bool past_the_end = index >= rules.known_end;
    if (past_the_end && !rules.drop_unknown && rules.hash_bits == 0) {
      return Fault{p, fmt::format("index {} is past {}", quoted_token(p, index_end.end), kMaxIndex),
                   "renumber the features, or pass --hash-bits 22 to hash them"};
    }

    const char* const value_at = index_end.end + 1;
    float value = 0;
    const NumberEnd value_end = parse_float(value_at, end, value);
    if (value_end.fault != NumberFault::none) {
      return bad_number(value_at, end, value_end.fault, "a value");
    }
    if (!ends_token(value_end.end, end)) {
      return bad_number(value_at, end, NumberFault::not_a_number, "a value");
    }
    p = value_end.end;

    if (rules.hash_bits != 0) {
      batch.add(hashed_index(mix_bits(index), rules.hash_bits), value);
    } else if (past_the_end) {
      batch.add_unknown();
    } else {
      batch.add(static_cast<Index>(index), value);
    }
  }

  const Duplicates duplicates = rules.hash_bits != 0 ? Duplicates::sum : rules.duplicates;
  if (auto fault = batch.end_row(label_at, label, 1, duplicates)) return fault;
  batch.note_label(label, line_number, static_cast<std::uint64_t>(label_at - begin) + 1);
  return std::nullopt;
}

}  // namespace hogwild
