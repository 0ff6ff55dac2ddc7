// One line of Vowpal Wabbit text to one row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "data/formats/parser.hpp"
#include "data/rows/name_hash.hpp"
#include "data/text/number.hpp"
#include "data/text/scan.hpp"

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

// Older models know names with a '^' as they stand, without a colon.
std::optional<Index> find_known(const FeatureNames& known, const std::string& name) {
  const auto index = known.find(name);
  if (index || name.find(':') == name.npos) return index;
  std::string as_it_stands = name;
  std::erase(as_it_stands, ':');
  return known.find(as_it_stands);
}

void add_feature(const std::string& name, float value, const ParseRules& rules, RowBatch& batch) {
  if (rules.hash_bits != 0) {
    batch.add(hashed_index(hash_of_name(name), rules.hash_bits), value);
  } else if (rules.known_names == nullptr) {
    batch.add(batch.names.insert(name), value);
  } else if (const auto index = find_known(*rules.known_names, name)) {
    batch.add(*index, value);
  } else {
    batch.add_unknown();
  }
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

// What the names of a namespace begin with, "namespace^", and the names that follow from it.
class NameHead {
 public:
  NameHead() { begin_namespace(nullptr, nullptr); }

  void begin_namespace(const char* begin, const char* end) {
    name_.assign(begin, end);
    if (!name_.empty()) name_ += '^';
    head_ = name_.size();
    short_head_ = {};
    if (head_ >= kShortHead) return;
    std::array<char, ShortName::kMost> bytes{};
    std::copy(name_.begin(), name_.end(), bytes.begin());
    short_head_ = ShortName::at(bytes.data(), head_);
  }

  /// use(name, its hash), of a ShortName where the name is short. REQUIRES: kReadPast bytes behind
  /// end.
  template <class Use>
  auto with(const char* begin, const char* end, const Use& use) {
    const auto size = static_cast<std::size_t>(end - begin);
    if (head_ < kShortHead && head_ + size <= ShortName::kMost) {
      const ShortName whole = short_head_.followed_by(ShortName::at(begin, size));
      return use(whole, hash_of_name(whole));
    }
    const std::string_view whole = name(begin, end);
    return use(whole, hash_of_name(whole));
  }

 private:
  static constexpr std::size_t kShortHead = 8;

  // The whole name, until the next call.
  std::string_view name(const char* begin, const char* end) {
    name_.resize(head_);
    return name_.append(begin, end);
  }

  std::string name_;
  std::size_t head_ = 0;
  ShortName short_head_;
};

// How names become numbers.
enum class Names { hashed, kept, known };

// The number of a feature; nothing if it is unknown, and left out.
template <Names kNames>
inline std::optional<Index> index_of(NameHead& head, const char* begin, const char* end,
                                     const ParseRules& rules, RowBatch& batch) {
  return head.with(begin, end, [&](const auto& name, std::uint64_t hash) -> std::optional<Index> {
    if constexpr (kNames == Names::hashed) return hashed_index(hash, rules.hash_bits);
    if constexpr (kNames == Names::kept) return batch.names.insert(name, hash);
    if constexpr (kNames == Names::known) return rules.known_names->find(name, hash);
  });
}

// Parses the line at `at`, whose first delimiter is the walk's next, into the batch, whose arrays
// have room for it. Returns its '\n', or null if it is not plain. REQUIRES: kReadPast bytes of text
// behind the line.
template <Names kNames>
inline const char* parse_plain_line(const char* at, DelimiterWalk& walk, NameHead& head,
                                    const ParseRules& rules, RowBatch& batch) {
  float label = 0;
  const char* end = walk.next();
  if (*end != ' ' || end[1] != '|' || !parse_number(at, end, label)) return nullptr;
  const std::size_t first = batch.offsets.back();
  Index* const indices = batch.indices.data() + first;
  float* const values = batch.values.data() + first;
  std::size_t k = 0;
  bool ones = true;
  while (*end != '\n') {
    const char* const begin = end + 1;
    end = walk.next();
    if (end == begin && *end == '|') {
      end = walk.next();
      if (*end != ' ') return nullptr;
      head.begin_namespace(begin + 1, end);
      continue;
    }
    if (end == begin) {  // a blank more than needed
      if (*end != ' ' && *end != '\n') return nullptr;
      continue;
    }
    const char* const name_end = end;
    float value = 1;
    if (*end == ':') {
      end = walk.next();
      if (!parse_number(name_end + 1, end, value)) return nullptr;
      if (ones) ones = value == 1;  // a branch waits for nothing, where one of them is not
    }
    if (*end != ' ' && *end != '\n') return nullptr;
    const std::optional<Index> index = index_of<kNames>(head, begin, name_end, rules, batch);
    if (!index) {
      batch.add_unknown();
      continue;
    }
    indices[k] = *index;
    values[k] = value;
    ++k;
  }
  // Names that are kept get other numbers, and are sorted by those.
  const auto fault = kNames == Names::known
                         ? batch.end_row_at(first + k, at, label, 1, Duplicates::sum)
                         : batch.end_hashed_row(first + k, at, label, ones,
                                                kNames == Names::kept || rules.any_order);
  return fault ? nullptr : end;
}

template <Names kNames>
std::size_t parse_plain_lines(std::string_view text, std::size_t begin, const ParseRules& rules,
                              RowBatch& batch) {
  const char* at = text.data() + begin;
  const char* const end = end_of_padded_lines(text);
  DelimiterWalk::Window window;
  // A line with a '^' in its names is not plain.
  constexpr auto kWhich = kNames == Names::hashed ? Delimiters::vw : Delimiters::vw_names;
  DelimiterWalk walk(kWhich, text, at, window);
  // A feature is at least two bytes long, as in " a".
  batch.indices.resize(batch.offsets.back() + (text.size() - begin) / 2 + 1);
  batch.values.resize(batch.indices.size());
  NameHead head;
  while (at < end) {
    const char* const line_end = parse_plain_line<kNames>(at, walk, head, rules, batch);
    if (line_end == nullptr) break;
    ++batch.lines;
    batch.note_label(batch.labels.back(), batch.lines, 1);
    at = line_end + 1;
  }
  batch.drop_row();  // what is left of a line that is not plain
  return static_cast<std::size_t>(at - text.data());
}

}  // namespace

std::size_t parse_plain_vw(std::string_view text, std::size_t at, const ParseRules& rules,
                           RowBatch& batch) {
  if (rules.class_labels) return at;
  if (rules.hash_bits != 0) return parse_plain_lines<Names::hashed>(text, at, rules, batch);
  return rules.known_names == nullptr ? parse_plain_lines<Names::kept>(text, at, rules, batch)
                                      : parse_plain_lines<Names::known>(text, at, rules, batch);
}

std::optional<Fault> parse_vw_line(std::string_view line, std::uint64_t line_number,
                                   const ParseRules& rules, RowBatch& batch) {
  const char* const begin = line.data();
  const char* const end = begin + line.size();
  const char* const first = skip_blanks(begin, end);
  if (first == end) return std::nullopt;

  const char* p = std::find(begin, end, '|');
  if (p == end) return no_bar(begin, first, rules);
  Header header;
  if (auto fault = parse_header(begin, p, rules, batch, header)) return fault;

  // Hashes are of the text as it stands.
  const auto append = [&](std::string& to, std::string_view part) {
    if (rules.hash_bits != 0) {
      to += part;
    } else {
      append_name(to, part);
    }
  };
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
      name.clear();
      append(name, {token, colon});
      if (!name.empty()) name += '^';
      head = name.size();
      factor = value;
    } else if (token != token_end) {
      if (token == colon) {
        return Fault{token, "a feature without a name", "write name:value"};
      }
      name.resize(head);
      append(name, {token, colon});
      add_feature(name, value * factor, rules, batch);
    }
    p = skip_blanks(token_end, end);
  }

  if (auto fault = batch.end_row(first, header.label, header.weight, Duplicates::sum)) return fault;
  batch.note_label(header.label, line_number, header.column);
  if (rules.tags && !header.tag.empty()) batch.keep_tag(header.tag);
  return std::nullopt;
}

}  // namespace hogwild
