// One line of Vowpal Wabbit text to one row.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "data/number.hpp"
#include "data/parser.hpp"
#include "data/scan.hpp"

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

// The names of a line's features, "namespace^feature", end to end. All are written before the first
// is hashed: bytes that were stored just now are slow to load as words (x0.7 of the speed).
class LineNames {
 public:
  LineNames() : text_(kRoom) {}

  void clear() noexcept {
    ends_.clear();
    used_ = 0;
  }

  // False if it is too long for a plain one.
  bool open_namespace(const char* begin, const char* end) noexcept {
    head_size_ = static_cast<std::size_t>(end - begin);
    if (head_size_ >= head_.size()) return false;
    std::memcpy(head_.data(), begin, head_size_);
    if (head_size_ > 0) head_[head_size_++] = '^';
    return true;
  }

  // False if there is no room left. The text goes on up to text_end.
  bool add(const char* begin, const char* end, const char* text_end) {
    const auto size = static_cast<std::size_t>(end - begin);
    if (used_ + head_.size() + size + kAtOnce > text_.size()) return false;
    copy(head_.data(), head_size_, head_.data() + head_.size());
    copy(begin, size, text_end);
    ends_.push_back(used_);
    return true;
  }

  std::size_t size() const noexcept { return ends_.size(); }
  std::string_view operator[](std::size_t k) const noexcept {
    const std::size_t begin = k == 0 ? 0 : ends_[k - 1];
    return {text_.data() + begin, ends_[k] - begin};
  }

 private:
  static constexpr std::size_t kRoom = std::size_t{1} << 18;
  static constexpr std::size_t kAtOnce = 16;  // bytes that most names have

  // A copy of a length that is known beforehand is two instructions.
  void copy(const char* from, std::size_t size, const char* readable_end) noexcept {
    const bool at_once =
        size <= kAtOnce && static_cast<std::size_t>(readable_end - from) >= kAtOnce;
    if (at_once) {
      std::memcpy(text_.data() + used_, from, kAtOnce);
    } else {
      std::memcpy(text_.data() + used_, from, size);
    }
    used_ += size;
  }

  std::vector<char> text_;
  std::vector<std::size_t> ends_;  // where in the text a name ends
  std::size_t used_ = 0;
  std::array<char, 256> head_{};
  std::size_t head_size_ = 0;
};

// The number of a feature; nothing if it is unknown, and left out.
inline std::optional<Index> index_of(std::string_view name, const ParseRules& rules,
                                     RowBatch& batch) {
  const std::uint64_t hash = hash_of_name(name);
  if (rules.hash_bits != 0) return hashed_index(hash, rules.hash_bits);
  if (rules.known_names == nullptr) return batch.names.insert(name, hash);
  return rules.known_names->find(name, hash);
}

// Parses the line of the text at place `at`, whose first delimiter is the walk's next, into the
// batch, whose arrays have room for it, and moves `at` behind it. False if it is not plain.
bool parse_plain_line(std::string_view all, std::size_t& at, DelimiterWalk& walk, LineNames& names,
                      const ParseRules& rules, RowBatch& batch) {
  constexpr std::size_t kEnd = DelimiterWalk::kEnd;
  const char* const text = all.data();
  std::size_t end = walk.next();
  float label = 0;
  if (end == kEnd || end == at || text[end] != ' ') return false;
  if (!parse_plain_number(text + at, text + end, label)) return false;
  const std::size_t label_end = end;
  end = walk.next();
  if (end != label_end + 1 || text[end] != '|') return false;

  names.clear();
  const std::size_t first = batch.offsets.back();
  float* const values = batch.values.data() + first;
  while (text[end] != '\n') {
    const std::size_t begin = end + 1;
    const bool opens_namespace = text[end] == '|';
    end = walk.next();
    if (end == kEnd) return false;
    if (opens_namespace) {
      if (text[end] != ' ' || !names.open_namespace(text + begin, text + end)) return false;
      continue;
    }
    // Between features there is a blank, maybe more of them, and maybe a bar after it.
    if (end == begin && text[end] != ':') {
      if (text[end] != ' ' && text[end] != '\n' && text[end] != '|') return false;
      continue;
    }
    if (end == begin || !names.add(text + begin, text + end, text + all.size())) return false;
    float value = 1;
    if (text[end] == ':') {
      const std::size_t value_begin = end + 1;
      end = walk.next();
      if (end == kEnd || end == value_begin) return false;
      if (!parse_plain_number(text + value_begin, text + end, value)) return false;
    }
    if (text[end] != ' ' && text[end] != '\n') return false;
    values[names.size() - 1] = value;
  }
  std::size_t k = first;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (const auto index = index_of(names[i], rules, batch)) {
      batch.indices[k] = *index;
      batch.values[k] = values[i];
      ++k;
    } else {
      batch.add_unknown();
    }
  }
  if (batch.end_row_at(k, text + at, label, 1, Duplicates::sum)) return false;
  ++batch.lines;
  batch.note_label(label, batch.lines, 1);
  at = end + 1;
  return true;
}

}  // namespace

std::size_t parse_plain_vw(std::string_view text, std::size_t at, const ParseRules& rules,
                           RowBatch& batch) {
  if (rules.class_labels || at < 8) return at;  // short numbers are read with the 8 bytes before
  DelimiterWalk::Window window;
  DelimiterWalk walk(Delimiters::vw, text, at, window);
  // A feature is at least two bytes long, as in " a".
  batch.indices.resize(batch.offsets.back() + (text.size() - at) / 2 + 1);
  batch.values.resize(batch.indices.size());
  static thread_local LineNames names;  // its room is too large to be made for every few lines
  while (at < text.size() && parse_plain_line(text, at, walk, names, rules, batch)) {
  }
  batch.drop_row();  // what is left of a line that is not plain
  return at;
}

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
