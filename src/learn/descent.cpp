#include "learn/descent.hpp"

#include <variant>

namespace hogwild {

std::unique_ptr<Descent> make_descent(const DescentPlan& plan) {
  return std::visit([&](const auto& rule) { return make_descent_by(rule, plan); }, plan.rule);
}

}  // namespace hogwild
