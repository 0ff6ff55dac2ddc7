// Words and numbers in a text that a person wrote.
#pragma once

#include <charconv>
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
