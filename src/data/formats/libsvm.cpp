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

bool is_query_id(const char* p, const char* end) noexcept {
  return std::string_view(p, end).starts_with("qid:");
}

Fault not_a_feature(const char* p, const char* end, const ParseRules& rules) {
  if (is_query_id(p, end) && rules.ignore_query_ids) {
    return {p, "a qid: that does not stand directly behind the label", "move or remove it"};
  }
  if (is_query_id(p, end)) {
    return {p, "qid: belongs to ranking data, which is not supported",
            "remove the qid: tokens, or ignore them with --qid ignore"};
  }
  return {p, fmt::format("expected index:value, found {}", quoted_token(p, end)),
          "a row is `label index:value ...`; for VW text use --format vw"};
}

// How the indices of plain lines are taken.
enum class Indices { ascending, hashed };

// What integer_before() says of an integer that is too large.
constexpr std::uint64_t kTooLarge = ~std::uint64_t{0};

// Of a scan's features, which are written at `at`. Returns how many there are before the first that
// is not sound.
template <Indices kIndices>
std::size_t convert_features(const char* text, const TokenScan& scan, std::size_t at,
                             const ParseRules& rules, RowBatch& batch) {
  const std::size_t count = scan.features();
  Index* const indices = batch.indices.data() + at;
  float* const values = batch.values.data() + at;
  std::size_t sound = count;
  if constexpr (kIndices == Indices::ascending) {
    sound = convert_indices(text, scan.name_ends(), count, indices);
  } else {
    for (std::size_t k = 0; k < count; ++k) {
      const std::uint64_t index = integer_before(text + scan.name_ends()[k]);
      const bool is_sound = index != kTooLarge && (index != 0 || !rules.one_based);
      if (!is_sound) sound = std::min(sound, k);
      indices[k] = hashed_index(mix_bits(index), rules.hash_bits);
    }
  }
  if (scan.all_ones()) {
    std::fill_n(values, count, 1.0f);
    return sound;
  }
  return std::min(sound, convert_values(text, scan.name_ends(), scan.value_ends(), count, values));
}

// Whether the indices of a row that go up to `end` ascend as the rules want. Leaves out those that
// the space lacks: the last ones.
bool ascend(std::size_t begin, std::size_t& end, const ParseRules& rules, RowBatch& batch) {
  const Index* const indices = batch.indices.data();
  if (begin == end) return true;
  std::uint32_t falls = 0;  // as wide as indices, so that vectors can be used
  for (std::size_t k = begin + 1; k < end; ++k) falls |= indices[k - 1] >= indices[k] ? 1 : 0;
  if (falls != 0 || (rules.one_based && indices[begin] == 0)) return false;
  if (indices[end - 1] < rules.known_end) return true;
  if (!rules.drop_unknown) return false;
  for (; begin < end && indices[end - 1] >= rules.known_end; --end) ++batch.unknown_features;
  return true;
}

template <Indices kIndices>
std::size_t parse_plain_lines(std::string_view all, std::size_t begin, std::size_t end,
                              const ParseRules& rules, RowBatch& batch) {
  const char* const text = all.data();
  TokenScan scan(Grammar::features, all, begin, end);
  // Features are written where they belong if no earlier row loses any; else add_row moves them.
  std::size_t converted = batch.offsets.back(), row_begin = converted, ones_begin = converted;
  // A feature has at least three bytes, as " 1:" has.
  batch.indices.reserve(converted + (end - begin) / 3 + kWrittenPast);
  batch.values.reserve(batch.indices.capacity());
  const auto add_row = [&](const TokenScan::Line& line, std::size_t row_end) {
    float label = 0;
    const char* const at = text + line.begin;
    if (!parse_plain_label(at, text + line.label_end, rules, batch, label)) return false;
    if (kIndices == Indices::ascending && !ascend(row_begin, row_end, rules, batch)) return false;
    const float* const values = batch.values.data();
    const bool ones = row_begin >= ones_begin || std::all_of(values + row_begin, values + row_end,
                                                             [](float v) { return v == 1; });
    row_end = batch.move_to_last_row(row_begin, row_end);
    if (kIndices == Indices::ascending) {
      batch.end_plain_row(label, ones, row_end);
    } else if (batch.end_hashed_row(row_end, at, label, ones, rules.any_order)) {
      return false;
    }
    ++batch.lines;
    batch.note_label(label, batch.lines, 1);
    return true;
  };
  std::size_t plain_end = begin;
  for (bool plain = true; plain && scan.next(); converted += scan.features()) {
    batch.make_room(converted + scan.features() + kWrittenPast);
    const std::size_t sound = convert_features<kIndices>(text, scan, converted, rules, batch);
    if (!scan.all_ones()) ones_begin = converted + scan.features();
    for (const TokenScan::Line& line : scan.lines()) {
      plain = line.features <= sound && add_row(line, converted + line.features);
      if (!plain) break;
      row_begin = converted + line.features;
      plain_end = line.end + std::size_t{1};
    }
    plain = plain && sound == scan.features();
  }
  batch.drop_row();
  return plain_end;
}

}  // namespace

std::size_t parse_plain_libsvm(std::string_view all, std::size_t begin, std::size_t end,
                               const ParseRules& rules, RowBatch& batch, RowMaker*) {
  return rules.hash_bits != 0
             ? parse_plain_lines<Indices::hashed>(all, begin, end, rules, batch)
             : parse_plain_lines<Indices::ascending>(all, begin, end, rules, batch);
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

// What stands before the features.
struct Header {
  float label = kUnlabelled;
  float weight = 1;
};

// Moves p behind it; there may be none.
std::optional<Fault> parse_header(const char*& p, const char* end, const ParseRules& rules,
                                  RowBatch& batch, Header& header) {
  if (rules.ignore_query_ids && is_query_id(p, end)) return std::nullopt;
  const char* const token = p;
  const char* const token_end =
      std::find_if(p, end, [](char c) { return is_blank(c) || c == '#'; });
  const char* const colon = std::find(token, token_end, ':');
  float number = 0;
  const bool starts_with_a_feature =
      colon != token_end && !rules.weights_in_label && is_whole_number(token, colon, number);
  if (starts_with_a_feature) return std::nullopt;
  p = token_end;
  const char* const label_end = rules.weights_in_label ? colon : token_end;
  if (label_end == token) {
    return Fault{token, fmt::format("a weight without a label, {}", quoted_token(token, end)),
                 "with --weights-in-label a row begins with its label, or with label:weight"};
  }
  if (label_end != token_end) {
    if (auto fault = parse_whole_number(colon + 1, token_end, "a weight", header.weight)) {
      return fault;
    }
    if (header.weight < 0) return Fault{colon + 1, "a negative weight", "weights are 0 or more"};
  }
  if (rules.class_labels) return parse_class({token, label_end}, rules, batch, header.label);
  return parse_whole_number(token, label_end, "a label", header.label);
}

}  // namespace

std::optional<Fault> parse_libsvm_line(std::string_view line, std::uint64_t line_number,
                                       const ParseRules& rules, RowBatch& batch, RowMaker*) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* p = skip_blanks(begin, end);
  if (p == end || *p == '#') return std::nullopt;

  Header header;
  const char* const label_at = p;
  if (auto fault = parse_header(p, end, rules, batch, header)) return fault;
  p = skip_blanks(p, end);
  if (rules.ignore_query_ids && is_query_id(p, end)) {
    p = std::find_if(p, end, [](char c) { return is_blank(c) || c == '#'; });
  }

  for (;;) {
    p = skip_blanks(p, end);
    if (p == end || *p == '#') break;
    std::uint64_t index = 0;
    const NumberEnd index_end = parse_integer(p, end, index);
    if (index_end.fault == NumberFault::not_a_number || index_end.end == end ||
        *index_end.end != ':') {
      return not_a_feature(p, end, rules);
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

  const bool hashed = rules.hash_bits != 0;
  const Duplicates duplicates = hashed ? Duplicates::sum : rules.duplicates;
  if (auto fault = batch.end_row(label_at, header.label, header.weight, duplicates,
                                 hashed && rules.any_order)) {
    return fault;
  }
  batch.note_label(header.label, line_number, static_cast<std::uint64_t>(label_at - begin) + 1);
  if (rules.tags && p != end) {  // the comment: files of SVMlight have names of rows there
    const char* const tag = skip_blanks(p + 1, end);
    const char* tag_end = end;
    while (tag_end != tag && is_blank(tag_end[-1])) --tag_end;
    batch.keep_tag({tag, tag_end});
  }
  return std::nullopt;
}

}  // namespace hogwild
