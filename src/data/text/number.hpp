// Decimal numbers in text, independent of the locale. A failure is a value, not an exception.
#pragma once

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
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

// The common shapes of numbers, eight digits at a time. These say no where the functions above have
// to decide; where they say yes, the number is the same. REQUIRES, of all of them: kReadPast bytes
// behind end can be read.

inline constexpr std::size_t kReadPast = 16;

/// Up to eight digits, from p to end and nothing else.
inline bool parse_short_integer(const char* p, const char* end, std::uint32_t& number) noexcept {
  static_assert(std::endian::native == std::endian::little);
  const auto length = static_cast<std::uint64_t>(end - p);
  if (length - 1 > 7) return false;
  std::uint64_t digits = 0;
  std::memcpy(&digits, p, 8);
  digits = (digits ^ 0x3030303030303030) << (-8 * length & 63);  // zeros before them, none behind
  // A byte above 9 carries into its top bit when 0x76 is added; one above 0x7F has it already.
  if ((((digits + 0x7676767676767676) | digits) & 0x8080808080808080) != 0) return false;
  digits = digits * (1 + (10 << 8)) >> 8;  // pairs of digits, then fours, then all eight
  digits = (digits & 0x00FF00FF00FF00FF) * (1 + (100 << 16)) >> 16;
  digits = (digits & 0x0000FFFF0000FFFF) * (1 + (std::uint64_t{10000} << 32)) >> 32;
  number = static_cast<std::uint32_t>(digits);
  return true;
}

/// An integer below 10^9 over a power of ten, with a minus or not, rounded to the nearest float;
/// false if that is not easily told.
/// Source: the quotient of two numbers that floats hold is rounded once, Clinger, How to Read
/// Floating Point Numbers Accurately, PLDI 1990.
inline bool scale_down(std::uint32_t integer, std::size_t decimals, bool negative,
                       float& number) noexcept {
  static constexpr float kTens[][2] = {{1, -1},     {1e1, -1e1}, {1e2, -1e2},
                                       {1e3, -1e3}, {1e4, -1e4}, {1e5, -1e5},
                                       {1e6, -1e6}, {1e7, -1e7}, {1e8, -1e8}};
  const float scale = kTens[decimals][negative];
  const auto dividend = static_cast<std::int32_t>(integer);
  if (dividend <= 1 << 24) {
    number = static_cast<float>(dividend) / scale;
    return true;
  }
  const double wide = static_cast<double>(dividend) / static_cast<double>(scale);
  number = static_cast<float>(wide);
  // Rounding twice is rounding once, unless the first ended half-way between two floats.
  constexpr std::uint64_t kBelowAFloat = 0x1FFFFFFF, kHalf = 0x10000000;
  return (std::bit_cast<std::uint64_t>(wide) & kBelowAFloat) != kHalf;
}

/// A number of up to eight digits, or of one digit, a point and up to eight more, with or without a
/// minus, from p to end and nothing else.
inline bool parse_short_decimal(const char* p, const char* end, float& number) noexcept {
  static constexpr std::uint32_t kTens[] = {1,      10,      100,      1000,     10000,
                                            100000, 1000000, 10000000, 100000000};
  const bool negative = *p == '-';
  p += negative ? 1 : 0;
  std::uint32_t digits = 0;
  if (p[1] != '.') {
    return parse_short_integer(p, end, digits) && scale_down(digits, 0, negative, number);
  }
  const auto whole = static_cast<unsigned char>(p[0] - '0');
  if (whole > 9 || !parse_short_integer(p + 2, end, digits)) return false;
  const auto decimals = static_cast<std::size_t>(end - p - 2);
  return scale_down(digits + whole * kTens[decimals], decimals, negative, number);
}

/// A number of another shape that is all of [p, end); NaN if there is none. Out of line: what is
/// always there is to stay in registers.
[[gnu::noinline]] inline float parse_uncommon_number(const char* p, const char* end) noexcept {
  if (*end == '\n' && end - p > 1 && end[-1] == '\r') --end;  // of a line end
  float number = 0;
  const NumberEnd parsed = parse_float(p, end, number);
  const bool sound = parsed.fault == NumberFault::none && parsed.end == end;
  return sound ? number : std::numeric_limits<float>::quiet_NaN();
}

/// A number of any shape that is all of [p, end), or all but the '\r' of a line end.
inline bool parse_number(const char* p, const char* end, float& number) noexcept {
  if (parse_short_decimal(p, end, number)) return true;
  number = parse_uncommon_number(p, end);
  return !std::isnan(number);
}

}  // namespace hogwild
