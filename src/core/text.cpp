#include "core/text.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <sstream>

#include "hogwild/core/range.hpp"

namespace hogwild {
namespace {

// Of letters that are replaced, left out, put in, or exchanged with the next one.
// Source: Damerau, CACM 1964; no letter is changed twice.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before(b.size() + 1), row(b.size() + 1), next(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < a.size(); ++i) {
    next[0] = i + 1;
    for (std::size_t j = 0; j < b.size(); ++j) {
      next[j + 1] = std::min({row[j] + (a[i] == b[j] ? 0 : 1), next[j] + 1, row[j + 1] + 1});
      if (i > 0 && j > 0 && a[i] == b[j - 1] && a[i - 1] == b[j]) {
        next[j + 1] = std::min(next[j + 1], before[j - 1] + 1);
      }
    }
    std::swap(before, row);
    std::swap(row, next);
  }
  return row.back();
}

}  // namespace

std::string nearest_word(std::string_view word, const std::vector<std::string>& words) {
  constexpr std::size_t kBeginning = 3;  // letters that stand for a longer word
  const auto far = [&](const std::string& other) {
    return word.size() >= kBeginning && other.starts_with(word) ? 1 : edit_distance(word, other);
  };
  const auto nearest = std::ranges::min_element(words, {}, far);
  const bool near =
      nearest != words.end() && far(*nearest) <= std::max<std::size_t>(1, word.size() / 3);
  return near ? *nearest : "";
}

std::string none_of_words(std::string_view word, const std::vector<std::string>& words) {
  const std::string near = nearest_word(word, words);
  return fmt::format("'{}' is none of {}{}", word, fmt::join(words, ", "),
                     near.empty() ? "" : fmt::format("; did you mean {}?", near));
}

std::string in_utc(std::time_t time, const char* format) {
  std::tm parts{};
  char text[64];
  return {text, std::strftime(text, sizeof text, format, gmtime_r(&time, &parts))};
}

std::vector<std::string> parts_of(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{std::string(text)};
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::string short_exponent(std::string number) {
  for (const char* const zero : {"e-0", "e+0"}) {
    if (const auto at = number.find(zero); at != std::string::npos) number.erase(at + 2, 1);
  }
  return number;
}

std::optional<std::uint64_t> bytes_in(std::string_view text) {
  constexpr std::string_view kUnits = "bkmgtpe";
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = signed_number_in<double>(text.substr(0, digits));
  std::string unit;
  for (const char c : text.substr(digits)) {
    if (c != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  const std::size_t power = unit.empty() ? 0 : kUnits.find(unit[0]);
  const std::string_view rest = unit.empty() ? "" : std::string_view(unit).substr(1);
  const bool known = rest.empty() || (power > 0 && (rest == "b" || rest == "ib"));
  if (!number || power == std::string_view::npos || !known) return std::nullopt;
  const double bytes = std::ldexp(*number, 10 * static_cast<int>(power));
  if (!(bytes < 0x1p63)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

std::string in_words(const Range& range) {
  const auto& [lowest, highest] = range;
  if (!lowest) return highest ? fmt::format(" of at most {}", highest->value) : "";
  if (!highest)
    return fmt::format(" {} {}", lowest->included ? "of at least" : "above", lowest->value);
  if (!lowest->included)
    return fmt::format(" above {} and at most {}", lowest->value, highest->value);
  return fmt::format(" from {} to {}{}", lowest->value, highest->included ? "" : "below ",
                     highest->value);
}

}  // namespace hogwild
