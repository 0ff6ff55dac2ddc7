#include "hogwild/update/update_rule.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string>
#include <variant>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "update/rule_numbers.hpp"

namespace hogwild {
namespace {

// What a mean or a velocity keeps of itself.
void require_share(const char* name, float value) {
  if (value >= 0 && value < 1) return;
  throw OptionError(name, fmt::format("{} is not in the range from 0 to below 1", value));
}

}  // namespace

void require_valid(const AnyUpdateRule& any) {
  std::visit(
      [](const auto& rule) {
        if constexpr (requires { rule.epsilon; }) {
          if (!(rule.epsilon > 0) || !std::isfinite(rule.epsilon)) {
            throw OptionError("epsilon",
                              fmt::format("{} is not a finite number > 0", rule.epsilon));
          }
        }
        if constexpr (requires { rule.gamma; }) require_share("gamma", rule.gamma);
        if constexpr (requires { rule.rho; }) require_share("rho", rule.rho);
        if constexpr (requires { rule.beta; }) {
          if (!(rule.beta >= 0) || !std::isfinite(rule.beta)) {
            throw OptionError("beta", fmt::format("{} is not a finite number >= 0", rule.beta));
          }
        }
        if constexpr (requires { rule.beta1; }) require_share("beta1", rule.beta1);
        if constexpr (requires { rule.beta2; }) require_share("beta2", rule.beta2);
      },
      any);
}

std::string in_words(const AnyUpdateRule& any) {
  std::string words(name_of(any));
  std::visit(
      [&](const auto& rule) {
        for_each_number(rule, [&](const char* name, float number) {
          words += fmt::format(" --{} {}", name, number);
        });
      },
      any);
  return words;
}

}  // namespace hogwild
