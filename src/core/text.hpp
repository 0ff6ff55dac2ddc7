// Words and numbers in a text that a person wrote.
#pragma once

#include <charconv>
#include <cstdint>
#include <ctime>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

namespace hogwild {

/// The word that is nearest to a misspelt one, or "" if none is near.
std::string nearest_word(std::string_view word, const std::vector<std::string>& words);

/// "'adagra' is none of sgd, adagrad; did you mean adagrad?"
std::string none_of_words(std::string_view word, const std::vector<std::string>& words);

/// A time in UTC, as strftime() writes it. (clang 22 does not compile Debian 13's fmt/chrono.h.)
std::string in_utc(std::time_t time, const char* format);

/// As people write it: 1e-8, not 1e-08.
std::string short_exponent(std::string number);

/// "4096", "500K", "8G", "1.5GiB"; bytes.
std::optional<std::uint64_t> bytes_in(std::string_view text);

/// What a separator is between.
std::vector<std::string> parts_of(std::string_view text, char separator);

/// The number that a text consists of; nothing if it is anything else, or out of the type's range.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The same with a + allowed before the number.
template <class Number>
std::optional<Number> signed_number_in(std::string_view text) {
  return number_in<Number>(text.starts_with('+') ? text.substr(1) : text);
}

}  // namespace hogwild
