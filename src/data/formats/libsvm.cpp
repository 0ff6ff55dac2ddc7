// Libsvm text to rows: plain lines all at a stretch, any other by itself.
#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "data/formats/parser.hpp"
#include "data/text/number.hpp"
#include "data/text/scan.hpp"
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
          "a row is `label index:value ...`; for VW text use --format vw"};
}

// How the indices of plain lines are taken.
enum class Indices { ascending, hashed };

// A line that says nothing out of the ordinary.
struct PlainLine {
  float label = 0;
  bool ones = true;           // all values are 1
  std::size_t nonzeros = 0;   // written
  std::uint64_t unknown = 0;  // features left out
  const char* end = nullptr;  // its '\n'
};

constexpr std::uint64_t kNoIndex = ~std::uint64_t{0};

// An index of more digits than are read at once; kNoIndex if it is none up to `most`. Out of line:
// what is always there is to stay in registers.
[[gnu::noinline]] std::uint64_t parse_long_index(const char* p, const char* end,
                                                 std::uint64_t most) {
  std::uint64_t index = 0;
  const NumberEnd parsed = parse_integer(p, end, index);
  const bool sound = parsed.fault == NumberFault::none && parsed.end == end && index <= most;
  return sound ? index : kNoIndex;
}

// Leaves out the features that the space lacks: the line's last, as they ascend.
void drop_unknown(std::uint64_t known_end, const Index* indices, const float* values,
                  PlainLine& line) {
  while (line.nonzeros > 0 && indices[line.nonzeros - 1] >= known_end) {
    --line.nonzeros;
    ++line.unknown;
  }
  line.ones = std::all_of(values, values + line.nonzeros, [](float v) { return v == 1; });
}

// Parses the line at `at`, whose first delimiter is the walk's next, and writes its non-zeros, for
// which there is room. False if it is not plain. REQUIRES: kReadPast bytes of text behind the line.
template <Indices kIndices>
inline bool parse_plain_line(const char* at, DelimiterWalk& walk, const ParseRules& rules,
                             Index* indices, float* values, PlainLine& line) {
  const char* end = walk.next();
  if (*end == ':' || !parse_number(at, end, line.label)) return false;
  std::size_t k = 0;
  bool ones = true;
  std::uint64_t least = rules.one_based ? 1 : 0;  // what the next index may be
  while (*end != '\n') {
    const char* const begin = end + 1;
    const char* const colon = walk.next();
    if (*colon != ':') {
      if (colon != begin) return false;
      end = colon;  // a blank more than needed
      continue;
    }
    std::uint64_t index = 0;
    if (std::uint32_t short_index = 0; parse_short_integer(begin, colon, short_index)) {
      index = short_index;
    } else {
      index = parse_long_index(begin, colon, kIndices == Indices::hashed ? kNoIndex : kMaxIndex);
      if (index == kNoIndex) return false;
    }
    if (index < least) return false;
    if constexpr (kIndices == Indices::hashed) {
      indices[k] = hashed_index(mix_bits(index), rules.hash_bits);
    } else {
      least = index + 1;
      indices[k] = static_cast<Index>(index);
    }
    if (colon[1] == '1' && colon[2] == ' ') {  // the commonest value there is
      end = colon + 2;
      walk.skip();
      values[k] = 1;
    } else {
      end = walk.next();
      float value = 0;
      if (*end == ':' || !parse_number(colon + 1, end, value)) return false;
      values[k] = value;
      if (ones) ones = value == 1;  // a branch waits for nothing, where one of them is not
    }
    ++k;
  }
  line.ones = ones;
  line.nonzeros = k;
  line.unknown = 0;
  line.end = end;
  if (kIndices == Indices::ascending && least > rules.known_end) {
    if (!rules.drop_unknown) return false;
    drop_unknown(rules.known_end, indices, values, line);
  }
  return true;
}

template <Indices kIndices>
std::size_t parse_plain_lines(std::string_view all, std::size_t begin, const ParseRules& rules,
                              RowBatch& batch) {
  const char* at = all.data() + begin;
  const char* const end = end_of_padded_lines(all);
  DelimiterWalk::Window window;
  DelimiterWalk walk(Delimiters::libsvm, all, at, window);

  // A non-zero is at least four bytes long, as in " 1:1".
  std::size_t nonzeros = batch.indices.size();
  batch.indices.resize(nonzeros + (all.size() - begin) / 4 + 1);
  batch.values.resize(batch.indices.size());
  Index* const indices = batch.indices.data();
  float* const values = batch.values.data();
  PlainLine line;
  while (at < end &&
         parse_plain_line<kIndices>(at, walk, rules, indices + nonzeros, values + nonzeros, line)) {
    if constexpr (kIndices == Indices::hashed) {
      if (batch.end_hashed_row(nonzeros + line.nonzeros, at, line.label, line.ones,
                               rules.any_order)) {
        break;
      }
    } else {
      batch.end_plain_row(line.label, line.ones, nonzeros + line.nonzeros);
    }
    nonzeros = batch.offsets.back();
    ++batch.lines;
    batch.note_label(line.label, batch.lines, 1);
    batch.unknown_features += line.unknown;
    at = line.end + 1;
  }
  batch.indices.resize(nonzeros);
  batch.values.resize(nonzeros);
  return static_cast<std::size_t>(at - all.data());
}

}  // namespace

std::size_t parse_plain_libsvm(std::string_view all, std::size_t at, const ParseRules& rules,
                               RowBatch& batch) {
  if (rules.class_labels) return at;
  return rules.hash_bits != 0 ? parse_plain_lines<Indices::hashed>(all, at, rules, batch)
                              : parse_plain_lines<Indices::ascending>(all, at, rules, batch);
}

namespace {

// Whether the rules allow an index. Every non-zero asks it; the message is made elsewhere.
[[gnu::always_inline]] inline bool is_fit(std::uint64_t index, const ParseRules& rules) noexcept {
  const bool too_low = rules.one_based && index == 0;
  const bool too_high = index >= rules.known_end && !rules.drop_unknown && rules.hash_bits == 0;
  return !too_low && !too_high;
}

// What is wrong with an index, which stands from p to end, that is not fit.
[[gnu::cold, gnu::noinline]] Fault unfit_index(const char* p, const char* end, std::uint64_t index,
                                               const ParseRules& rules) {
  if (rules.one_based && index == 0) {
    return {p, "index 0 in data whose indices start at 1",
            rules.drop_unknown
                ? "the model was trained on such data; if index 0 is a feature there "
                  "too, train the model with --index-base 0"
                : "add 1 to all indices, or use --index-base 0"};
  }
  return {p, fmt::format("index {} is past {}", quoted_token(p, end), rules.known_end - 1),
          "renumber the features, or hash them with --hash-bits 22"};
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
    if (!is_fit(index, rules)) return unfit_index(p, index_end.end, index, rules);

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
    } else if (index >= rules.known_end) {
      batch.add_unknown();
    } else {
      batch.add(static_cast<Index>(index), value);
    }
  }

  const Duplicates duplicates = rules.hash_bits != 0 ? Duplicates::sum : rules.duplicates;
  if (auto fault = batch.end_row(label_at, label, 1, duplicates)) return fault;
  batch.note_label(label, line_number, static_cast<std::uint64_t>(label_at - begin) + 1);
  if (rules.tags && p != end) {  // the comment: files of SVMlight have names of rows there
    const char* const tag = skip_blanks(p + 1, end);
    const char* tag_end = end;
    while (tag_end != tag && is_blank(tag_end[-1])) --tag_end;
    batch.keep_tag({tag, tag_end});
  }
  return std::nullopt;
}

}  // namespace hogwild
