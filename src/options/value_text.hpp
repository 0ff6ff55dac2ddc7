// Values of options as text, and back.
#pragma once

#include <fmt/format.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text.hpp"
#include "data/formats/registry.hpp"
#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/feed/order.hpp"
#include "hogwild/train/options.hpp"
#include "options/distributed_options.hpp"

namespace hogwild {

template <class Enum>
using Words = std::vector<std::pair<Enum, std::string_view>>;

/// The words of an enumeration. They are what files keep, so none may change.
template <class Enum>
inline const Words<Enum> kWords;
template <>
inline const Words<Format> kWords<Format> = [] {
  Words<Format> words{{Format::automatic, "auto"}};
  for (const TextFormat& its : text_formats()) words.emplace_back(its.format, its.name);
  return words;
}();
template <>
inline const Words<OnError> kWords<OnError>{{OnError::fail, "fail"}, {OnError::skip, "skip"}};
template <>
inline const Words<Duplicates> kWords<Duplicates>{{Duplicates::refuse, "refuse"},
                                                  {Duplicates::sum, "sum"}};
template <>
inline const Words<QueryIds> kWords<QueryIds>{{QueryIds::refuse, "refuse"},
                                              {QueryIds::ignore, "ignore"}};
template <>
inline const Words<Missing> kWords<Missing>{{Missing::absent, "absent"},
                                            {Missing::indicator, "indicator"}};
template <>
inline const Words<IndexBase> kWords<IndexBase>{
    {IndexBase::automatic, "auto"}, {IndexBase::zero, "0"}, {IndexBase::one, "1"}};
template <>
inline const Words<StateHome> kWords<StateHome>{{StateHome::shared, "shared"},
                                                {StateHome::per_thread, "per-thread"}};
template <>
inline const Words<Scale> kWords<Scale>{{Scale::automatic, "auto"},
                                        {Scale::none, "none"},
                                        {Scale::standard, "standard"},
                                        {Scale::max, "max"}};
template <>
inline const Words<PenaltyMethod> kWords<PenaltyMethod>{{PenaltyMethod::degree, "degree"},
                                                        {PenaltyMethod::exact, "exact"}};
template <>
inline const Words<RowOrder> kWords<RowOrder>{{RowOrder::shuffle, "shuffle"},
                                              {RowOrder::sequential, "sequential"},
                                              {RowOrder::curriculum, "curriculum"}};
template <>
inline const Words<CurriculumKind> kWords<CurriculumKind>{{CurriculumKind::naive, "naive"},
                                                          {CurriculumKind::mixed, "mixed"},
                                                          {CurriculumKind::combined, "combined"}};
template <>
inline const Words<Strategy> kWords<Strategy>{{Strategy::hogwild, "hogwild"},
                                              {Strategy::atomic, "atomic"},
                                              {Strategy::locked, "locked"},
                                              {Strategy::deterministic, "deterministic"}};
template <>
inline const Words<Distribution> kWords<Distribution>{{Distribution::downpour, "downpour"},
                                                      {Distribution::easgd, "easgd"},
                                                      {Distribution::eamsgd, "eamsgd"},
                                                      {Distribution::allreduce, "allreduce"},
                                                      {Distribution::graph, "graph"}};

template <class Enum>
std::string_view word_of(Enum value) {
  for (const auto& [other, word] : kWords<Enum>) {
    if (other == value) return word;
  }
  return {};
}

/// "auto|libsvm|vw".
template <class Enum>
std::string_view joined_words() {
  static const std::string joined = [] {
    std::string text;
    for (const auto& [value, word] : kWords<Enum>) {
      text += (text.empty() ? "" : "|") + std::string(word);
    }
    return text;
  }();
  return joined;
}

template <class Variant>
std::string_view joined_names() {
  static const std::string joined = fmt::format("{}", fmt::join(kNamesOf<Variant>, "|"));
  return joined;
}

/// The value whose word it is. Throws OptionError.
template <class Enum>
Enum value_of_word(std::string_view option, std::string_view text) {
  std::vector<std::string> known;
  for (const auto& [value, word] : kWords<Enum>) {
    if (word == text) return value;
    known.emplace_back(word);
  }
  throw OptionError(std::string(option), none_of_words(text, known));
}

/// The alternative of that name, with its defaults. Throws OptionError.
template <class Variant>
Variant alternative_of(std::string_view option, std::string_view text) {
  if (auto found = alternative_named<Variant>(text)) return *std::move(found);
  throw OptionError(std::string(option),
                    none_of_words(text, {kNamesOf<Variant>.begin(), kNamesOf<Variant>.end()}));
}

/// "3:0.5,6:0.1" where `between` is ':'; first_in(text) is the first of a pair, or nothing.
template <class First, class Second, class FirstIn>
std::optional<std::vector<std::pair<First, Second>>> pairs_in(std::string_view text, char between,
                                                              const FirstIn& first_in) {
  std::vector<std::pair<First, Second>> pairs;
  for (const std::string_view entry : parts_of(text, ',')) {
    const auto at = entry.rfind(between);
    if (at == std::string_view::npos) return std::nullopt;
    const std::optional<First> first = first_in(entry.substr(0, at));
    const auto second = signed_number_in<Second>(entry.substr(at + 1));
    if (!first || !second) return std::nullopt;
    pairs.emplace_back(*first, *second);
  }
  return pairs;
}

/// And back.
template <class First, class Second>
std::string pairs_text(const std::vector<std::pair<First, Second>>& pairs, char between) {
  std::string text;
  for (const auto& [first, second] : pairs) {
    text += fmt::format("{}{}{}{}", text.empty() ? "" : ",", first, between, second);
  }
  return text;
}

}  // namespace hogwild
