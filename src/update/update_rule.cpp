#include "hogwild/update/update_rule.hpp"

#include <fmt/format.h>

#include <cmath>

#include "hogwild/core/error.hpp"

namespace hogwild {

void require_valid(const AnyUpdateRule& any) {
  std::visit(
      [](const auto& rule) {
        if constexpr (requires { rule.epsilon; }) {
          if (!(rule.epsilon > 0) || !std::isfinite(rule.epsilon)) {
            throw OptionError("epsilon",
                              fmt::format("{} is not a finite number > 0", rule.epsilon));
          }
        }
      },
      any);
}

}  // namespace hogwild
