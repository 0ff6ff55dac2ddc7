// The registry: the alternatives of a variant, by name. Every alternative states its kName once;
// the command line, the help, JSON and the typed tests all iterate the variant.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <type_traits>
#include <variant>

namespace [[gnu::visibility("default")]] hogwild {

/// Calls function once with a default-constructed value of every alternative of Variant.
template <class Variant, class Function>
constexpr void for_each_alternative(Function&& function) {
  [&]<class... Alternatives>(std::type_identity<std::variant<Alternatives...>>) {
    (function(Alternatives{}), ...);
  }(std::type_identity<Variant>{});
}

/// The names of all alternatives of Variant, in declaration order.
template <class Variant>
inline constexpr auto kNamesOf =
    []<class... Alternatives>(std::type_identity<std::variant<Alternatives...>>) {
      return std::array<std::string_view, sizeof...(Alternatives)>{Alternatives::kName...};
    }(std::type_identity<Variant>{});

/// The alternative of that name with its defaults, or nothing if no alternative is called so.
template <class Variant>
constexpr std::optional<Variant> alternative_named(std::string_view name) {
  std::optional<Variant> found;
  for_each_alternative<Variant>([&](auto alternative) {
    if (decltype(alternative)::kName == name) found = Variant{alternative};
  });
  return found;
}

/// The name of the alternative that value holds.
template <class... Alternatives>
constexpr std::string_view name_of(const std::variant<Alternatives...>& value) {
  return std::visit([](const auto& held) { return std::decay_t<decltype(held)>::kName; }, value);
}

}  // namespace hogwild
