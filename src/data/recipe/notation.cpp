#include "data/recipe/notation.hpp"

#include <algorithm>
#include <array>

#include "data/recipe/kinds.hpp"

namespace hogwild {
namespace {

constexpr std::array kNotations{
    std::pair{NumberNotation::plain, std::string_view("plain")},
    std::pair{NumberNotation::grouped, std::string_view("grouped")},
    std::pair{NumberNotation::decimal_comma, std::string_view("decimal_comma")}};

constexpr std::array<std::string_view, 5> kSigns{"%", "$", "\u20ac", "\u00a3", "\u00a5"};

std::string_view trimmed(std::string_view text) noexcept {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

std::string_view without_currency(std::string_view text) noexcept {
  for (const std::string_view sign : kSigns) {
    if (text.starts_with(sign)) return trimmed(text.substr(sign.size()));
    if (text.ends_with(sign)) return trimmed(text.substr(0, text.size() - sign.size()));
  }
  return text;
}

bool are_digits(std::string_view text) noexcept {
  return std::ranges::all_of(text, [](char c) { return c >= '0' && c <= '9'; });
}

// Appends the digits of "1,234,567" without what groups them; false if they are grouped otherwise.
bool append_grouped(std::string& to, std::string_view text, char separator) {
  constexpr std::size_t kGroup = 3;
  for (bool first = true;; first = false) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view group = text.substr(0, end);
    const bool is_alone = first && end == text.size();
    const bool fits = is_alone || (first ? end >= 1 && end <= kGroup : end == kGroup);
    if (!fits || !are_digits(group)) return false;
    to += group;
    if (end == text.size()) return true;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::optional<float> number_written(std::string_view value, NumberNotation notation) {
  if (notation == NumberNotation::plain) return whole_number(value);
  const bool is_comma = notation == NumberNotation::decimal_comma;
  const char group = is_comma ? '.' : ',', point = is_comma ? ',' : '.';
  std::string plain;
  value = without_currency(value);
  if (value.starts_with('-') || value.starts_with('+')) {
    plain = value.front();
    value = without_currency(value.substr(1));
  }
  const std::size_t end = std::min(value.find(point), value.size());
  if (!append_grouped(plain, value.substr(0, end), group)) return std::nullopt;
  if (end < value.size()) {
    if (!are_digits(value.substr(end + 1))) return std::nullopt;
    plain += '.';
    plain += value.substr(end + 1);
  }
  return whole_number(plain);
}

bool are_numbers(std::span<const std::string> values, NumberNotation notation) {
  return std::ranges::all_of(values, [&](const std::string& value) {
    return number_written(value, notation).has_value();
  });
}

NumberNotation likeliest_notation(std::span<const std::string> values) {
  const auto numbers = [&](const auto& its) {
    return std::ranges::count_if(values, [&](const std::string& value) {
      return number_written(value, its.first).has_value();
    });
  };
  return std::ranges::max_element(kNotations, {}, numbers)->first;
}

std::span<const std::pair<NumberNotation, std::string_view>> notations() noexcept {
  return kNotations;
}

}  // namespace hogwild
