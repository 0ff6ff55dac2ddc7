// How a row of the table of options is made of a member: numbers, flags, texts, words.
#pragma once

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/core/range.hpp"
#include "options/option.hpp"
#include "options/value_text.hpp"

namespace hogwild {

// What a row says before its value is known.
struct Row {
  std::string_view name;
  std::string_view values;
  std::string help;
  std::string_view unset = {};
};

// How a value is read and written: read() has nothing for a text that is none, write() "" for a
// value that no text stands for.
template <class Value>
struct Notation {
  std::string expects;  // "a whole number above 0"
  std::function<std::optional<Value>(std::string_view)> read;
  std::function<std::string(const Value&)> write;
  std::function<bool(const Value&)> fits = {};
};

// An option that those programs have, and no others.
inline Option of(unsigned has, Option option) {
  option.has = has;
  return option;
}

// An option that has a second name.
inline Option also(std::string_view name, Option option) {
  option.also = name;
  return option;
}

template <class Part, class Value>
Option made(Row row, Notation<Value> format, Value Part::*member) {
  const auto refuse = [name = std::string(row.name), format](std::string_view text) {
    throw OptionError(name, fmt::format("'{}' is not {}", text, format.expects));
  };
  Option option{.name = row.name,
                .group = {},
                .has = 0,
                .values = row.values,
                .help = std::move(row.help),
                .unset = row.unset};
  option.set = [=](Settings& settings, std::string_view text) {
    std::optional<Value> value = format.read(text);
    if (!value || (format.fits && !format.fits(*value))) refuse(text);
    part_of<Part>(settings).*member = *std::move(value);
  };
  Binding<Part> binding{.text = [=](const Part& part) { return format.write(part.*member); },
                        .require_valid = {}};
  if (format.fits) {
    binding.require_valid = [=](const Part& part) {
      if (!format.fits(part.*member)) refuse(format.write(part.*member));
    };
  }
  option.binding = std::move(binding);
  return option;
}

template <class Number>
Notation<Number> number_format(const Range& range) {
  const char* const noun = std::is_integral_v<Number> ? "a whole number" : "a number";
  return {
      .expects = noun + in_words(range),
      .read = [](std::string_view text) { return signed_number_in<Number>(text); },
      .write = [](const Number& value) { return short_exponent(fmt::format("{}", value)); },
      .fits = [range](const Number& value) { return range.contains(static_cast<double>(value)); }};
}

template <class Part, class Number>
Option number(Row row, Number Part::*member, const Range& range) {
  return made(std::move(row), number_format<Number>(range), member);
}

// A number, or a word that stands for `meaning`, which may be out of the range.
template <class Part, class Number>
Option number_or(std::string_view word, std::type_identity_t<Number> meaning, Row row,
                 Number Part::*member, const Range& range) {
  const Notation<Number> plain = number_format<Number>(range);
  return made(
      std::move(row),
      Notation<Number>{
          .expects = fmt::format("{}, or {}", plain.expects, word),
          .read = [=](std::string_view text) -> std::optional<Number> {
            if (text == word) return meaning;
            const auto value = plain.read(text);
            return value && plain.fits(*value) ? value : std::nullopt;
          },
          .write =
              [=](const Number& value) {
                return value == meaning ? std::string(word) : plain.write(value);
              },
          .fits = [=](const Number& value) { return value == meaning || plain.fits(value); }},
      member);
}

// A number that may be absent, which a word stands for; "": no text does.
template <class Part, class Number>
Option optional_number(std::string_view word, Row row, std::optional<Number> Part::*member,
                       const Range& range) {
  using Value = std::optional<Number>;
  const Notation<Number> plain = number_format<Number>(range);
  return made(
      std::move(row),
      Notation<Value>{
          .expects = word.empty() ? plain.expects : fmt::format("{}, or {}", plain.expects, word),
          .read = [=](std::string_view text) -> std::optional<Value> {
            if (!word.empty() && text == word) return Value();
            if (const auto value = plain.read(text)) return Value(value);
            return std::nullopt;
          },
          .write =
              [=](const Value& value) { return value ? plain.write(*value) : std::string(word); },
          .fits = [=](const Value& value) { return !value || plain.fits(*value); }},
      member);
}

// A flag sets the member to `meaning`.
template <class Part>
Option flag(std::string_view name, std::string help, bool Part::*member, bool meaning = true) {
  return made(Row{name, {}, std::move(help)},
              Notation<bool>{.expects = "true or false",
                             .read = [=](std::string_view text) -> std::optional<bool> {
                               if (text == "true") return meaning;
                               if (text == "false") return !meaning;
                               return std::nullopt;
                             },
                             .write =
                                 [=](const bool& value) {
                                   return std::string(value == meaning ? "true" : "false");
                                 }},
              member);
}

template <class Part>
Option text(Row row, std::string Part::*member) {
  return made(
      std::move(row),
      Notation<std::string>{.expects = "a text",
                            .read = [](std::string_view text) -> std::optional<std::string> {
                              if (text.empty()) return std::nullopt;
                              return std::string(text);
                            },
                            .write = [](const std::string& value) { return value; }},
      member);
}

// Texts with commas between them.
template <class Part>
Option texts(Row row, std::vector<std::string> Part::*member) {
  using Value = std::vector<std::string>;
  Option option = made(
      std::move(row),
      Notation<Value>{
          .expects = "texts with commas between them",
          .read = [](std::string_view text) -> std::optional<Value> {
            Value parts = parts_of(text, ',');
            const bool lacks_one = std::ranges::find(parts, "") != parts.end();
            if (lacks_one) return std::nullopt;
            return parts;
          },
          .write = [](const Value& value) { return fmt::format("{}", fmt::join(value, ",")); }},
      member);
  option.several = true;
  return option;
}

template <class Part, class Enum>
Option choice(std::string_view name, std::string help, Enum Part::*member) {
  return made(
      Row{name, joined_words<Enum>(), std::move(help)},
      Notation<Enum>{.expects = {},
                     .read = [name](std::string_view text) -> std::optional<Enum> {
                       return value_of_word<Enum>(name, text);
                     },
                     .write = [](const Enum& value) { return std::string(word_of(value)); }},
      member);
}

template <class Part, class Variant>
Option alternative(std::string_view name, std::string help, Variant Part::*member) {
  return made(
      Row{name, joined_names<Variant>(), std::move(help)},
      Notation<Variant>{.expects = {},
                        .read = [name](std::string_view text) -> std::optional<Variant> {
                          return alternative_of<Variant>(name, text);
                        },
                        .write = [](const Variant& value) { return std::string(name_of(value)); }},
      member);
}

}  // namespace hogwild
