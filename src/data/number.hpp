// Decimal numbers in text, independent of the locale. A failure is a value, not an exception.
#pragma once

#include <charconv>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <system_error>

namespace hogwild {

enum class NumberFault { none, not_a_number, not_finite, too_large };

/// What a parse found: how far it came, and what stopped it.
struct NumberEnd {
  const char* end;
  NumberFault fault = NumberFault::none;
};

/// An unsigned integer of digits only, at least one. From 10^19 on it is too large, and number is
/// 2^64 - 1; the end is that of the digits all the same.
inline NumberEnd parse_integer(const char* p, const char* end, std::uint64_t& number) noexcept {
  const char* const begin = p;
  std::uint64_t n = 0;
  for (; p != end && static_cast<unsigned char>(*p - '0') < 10; ++p) {
    if (p - begin < 19) n = n * 10 + static_cast<std::uint64_t>(*p - '0');
  }
  const bool too_large = p - begin > 19;
  number = too_large ? ~std::uint64_t{0} : n;
  if (p == begin) return {p, NumberFault::not_a_number};
  return {p, too_large ? NumberFault::too_large : NumberFault::none};
}

/// A decimal with optional sign and exponent, rounded to the nearest float as strtod does; below
/// the smallest float it is 0. inf, nan and what rounds to infinity are faults; a hexadecimal stops
/// at its x.
inline NumberEnd parse_float(const char* p, const char* end, float& number) noexcept {
  // One digit alone is the commonest value and label there is.
  if (p != end && static_cast<unsigned char>(*p - '0') < 10 && (p + 1 == end || p[1] <= ' ')) {
    number = static_cast<float>(*p - '0');
    return {p + 1};
  }
  const char* const begin = p != end && *p == '+' ? p + 1 : p;
  if (begin != p && begin != end && *begin == '-') return {p, NumberFault::not_a_number};
  const auto [stop, error] = std::from_chars(begin, end, number);
  if (error == std::errc::invalid_argument) return {p, NumberFault::not_a_number};
  if (error == std::errc::result_out_of_range) {
    double wide = 0;
    if (std::from_chars(begin, end, wide).ec == std::errc{}) {
      if (std::abs(wide) > 1) return {stop, NumberFault::too_large};
      number = static_cast<float>(wide);
      return {stop};
    }
    const bool tiny = std::string_view(begin, stop).find_first_of("eE") != std::string_view::npos &&
                      std::string_view(begin, stop).find('-', 1) != std::string_view::npos;
    if (!tiny) return {stop, NumberFault::too_large};
    number = 0;
    return {stop};
  }
  if (!std::isfinite(number)) return {stop, NumberFault::not_finite};
  return {stop};
}

}  // namespace hogwild
