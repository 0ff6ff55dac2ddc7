#include "learn/descent.hpp"

#include <utility>
#include <variant>

namespace hogwild {

std::unique_ptr<Descent> make_descent(DescentPlan plan) {
  const AnyUpdateRule any = plan.rule;
  return std::visit([&](const auto& rule) { return make_descent_by(rule, std::move(plan)); }, any);
}

}  // namespace hogwild
