#include "data/formats/parser.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "data/rows/name_hash.hpp"
#include "data/text/byte_order_mark.hpp"

namespace hogwild {

std::string quoted_token(const char* p, const char* end) {
  constexpr std::ptrdiff_t kLongest = 40;
  const char* const token_end = std::find_if(p, end, is_blank);
  std::string shown = "'";
  for (const char* c = p; c != token_end && c - p < kLongest; ++c) {
    const auto byte = static_cast<unsigned char>(*c);
    shown += byte >= 0x20 && byte < 0x7F ? std::string(1, *c) : fmt::format("\\x{:02x}", byte);
  }
  return shown + (token_end - p > kLongest ? "...'" : "'");
}

namespace {

constexpr std::string_view kOneLabel =
    "a row has one label: of several write one row for each, or train one model for each";

std::string remedy_of(const std::string& token, std::string_view what) {
  const std::string number = "write a decimal number, such as 1, -0.5 or 2e-3";
  if (what != "a label") return number;
  if (token.find(',') != std::string::npos) {
    return fmt::format("a number has a decimal point; {}", kOneLabel);
  }
  return number + "; for classes of any name train with --loss softmax or --one-vs-rest";
}

}  // namespace

Fault bad_number(const char* p, const char* end, NumberFault fault, const char* what) {
  const std::string token = p == end ? "nothing" : quoted_token(p, end);
  switch (fault) {
    case NumberFault::not_finite:
      return {p, fmt::format("{} must be finite, found {}", what, token),
              "replace it by a number or leave it out"};
    case NumberFault::too_large:
      return {p, fmt::format("{} is out of range, found {}", what, token),
              "numbers must be between -3.4e38 and 3.4e38"};
    default:
      return {p, fmt::format("expected {}, found {}", what, token), remedy_of(token, what)};
  }
}

bool is_whole_number(const char* p, const char* end, float& number) noexcept {
  const NumberEnd parsed = parse_float(p, end, number);
  return parsed.fault == NumberFault::none && parsed.end == end;
}

std::optional<Fault> parse_whole_number(const char* p, const char* end, const char* what,
                                        float& number) {
  const NumberEnd parsed = parse_float(p, end, number);
  if (parsed.fault != NumberFault::none) return bad_number(p, end, parsed.fault, what);
  if (parsed.end != end) return bad_number(p, end, NumberFault::not_a_number, what);
  return std::nullopt;
}

namespace {

// Older models know names with a '^' as they stand, without a colon.
std::optional<Index> find_known(const FeatureNames& known, const std::string& name) {
  const auto index = known.find(name);
  if (index || name.find(":^") == name.npos) return index;
  std::string as_it_stands = name;
  for (std::size_t at = 0; (at = as_it_stands.find(":^", at)) != name.npos; ++at) {
    as_it_stands.erase(at, 1);
  }
  return known.find(as_it_stands);
}

}  // namespace

std::optional<Index> number_of(const std::string& name, const ParseRules& rules, RowBatch& batch) {
  if (rules.hash_bits != 0) return hashed_index(hash_of_name(name), rules.hash_bits);
  if (rules.known_names == nullptr) return batch.names.insert(name);
  return find_known(*rules.known_names, name);
}

void add_named(const std::string& name, float value, const ParseRules& rules, RowBatch& batch) {
  const std::optional<Index> index = number_of(name, rules, batch);
  index ? batch.add(*index, value) : batch.add_unknown();
}

std::optional<Fault> end_named_row(const char* at, float label, float weight, std::uint64_t column,
                                   std::uint64_t line_number, const ParseRules& rules,
                                   RowBatch& batch) {
  // Kept names get other numbers later; read() then sorts each row by those.
  const bool any_order = rules.hash_bits != 0 ? rules.any_order : rules.known_names == nullptr;
  if (auto fault = batch.end_row(at, label, weight, Duplicates::sum, any_order)) return fault;
  batch.note_label(label, line_number, column);
  return std::nullopt;
}

namespace {

// A label that is no class, but more than one, or one and something else.
std::optional<Fault> more_than_a_class(std::string_view text) {
  const std::size_t at = text.find_first_of(",:");
  if (at == std::string_view::npos) return std::nullopt;
  const std::string shown = quoted_token(text.data(), text.data() + text.size());
  if (text[at] == ',') {
    return Fault{text.data(), fmt::format("the label {} has a comma, as a list of labels", shown),
                 std::string(kOneLabel)};
  }
  return Fault{text.data(),
               fmt::format("the label {} has a colon, as a weight or a feature", shown),
               "write the class alone before the features; for its weight give --weights-in-label, "
               "or in VW text `class weight |namespace name ...`"};
}

}  // namespace

std::optional<Fault> number_class(std::string_view name, const char* at, const ParseRules& rules,
                                  RowBatch& batch, float& label) {
  if (rules.known_classes == nullptr) {
    label = static_cast<float>(batch.class_names.insert(name));
    return std::nullopt;
  }
  const auto known = rules.known_classes->find(name);
  if (!known) {
    return Fault{at,
                 fmt::format("the label {} is not a class of the model",
                             quoted_token(name.data(), name.data() + name.size())),
                 fmt::format("the model has {} classes; see `hogwild inspect MODEL`",
                             rules.known_classes->size())};
  }
  label = static_cast<float>(*known);
  return std::nullopt;
}

std::optional<Fault> parse_class(std::string_view text, const ParseRules& rules, RowBatch& batch,
                                 float& label) {
  const std::string name = canonical_class_name(text);
  const bool is_known = rules.known_classes != nullptr && rules.known_classes->find(name);
  if (!is_known && (rules.finds_classes() || rules.known_classes != nullptr)) {
    if (auto fault = more_than_a_class(text)) return fault;
  }
  return number_class(name, text.data(), rules, batch, label);
}

bool parse_plain_label(const char* begin, const char* end, const ParseRules& rules, RowBatch& batch,
                       float& label) {
  if (!rules.class_labels) return parse_number(begin, end, label);
  const std::string_view text(begin, end);
  // A tab, '\r' or '#' may end the label, and a ' before it makes it a tag: ParseLine decides.
  const bool is_plain = !text.empty() && text.find_first_of("\t\r#'") == text.npos &&
                        without_mark(text).size() == text.size();
  return is_plain && !parse_class(text, rules, batch, label);
}

}  // namespace hogwild
