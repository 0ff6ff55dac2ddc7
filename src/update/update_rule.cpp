#include "hogwild/update/update_rule.hpp"

#include <fmt/format.h>

#include <string>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
void require_valid(const AnyUpdateRule& any) {
  const auto require = [](const RuleNumber& number, float value) {
    if (number.range.contains(static_cast<double>(value))) return;
    throw OptionError(std::string(number.name),
                      fmt::format("'{}' is not a number{}", value, in_words(number.range)));
  };
  std::visit([&](const auto& rule) { for_each_number(rule, require); }, any);
}

std::string in_words(const AnyUpdateRule& any) {
  std::string words(name_of(any));
  std::visit(
      [&](const auto& rule) {
        for_each_number(rule, [&](const RuleNumber& number, float value) {
          words += fmt::format(" --{} {}", number.name, value);
        });
      },
      any);
  return words;
}

}  // namespace hogwild
