// The epsilon that is found together with the rate.
#pragma once

#include <type_traits>
#include <variant>

#include "hogwild/update/update_rule.hpp"

namespace hogwild {

/// That of a rule whose rates are divided by the root of a sum of squares and of epsilon; null for
/// the other rules.
inline float* epsilon_of_sum(AnyUpdateRule& any) {
  return std::visit(
      [](auto& rule) -> float* {
        if constexpr (requires(typename std::decay_t<decltype(rule)>::State s) {
                        s.squares;
                        rule.epsilon;
                      }) {
          return &rule.epsilon;
        } else {
          return nullptr;
        }
      },
      any);
}
inline const float* epsilon_of_sum(const AnyUpdateRule& any) {
  return epsilon_of_sum(const_cast<AnyUpdateRule&>(any));
}

/// Those rules' default, which stands for one that is to be found.
inline constexpr float kEpsilonOfSum = Adagrad{}.epsilon;
static_assert(NesterovAdagrad{}.epsilon == kEpsilonOfSum);

}  // namespace hogwild
