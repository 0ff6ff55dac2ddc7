// The kernel, compiled for one rule.
#include "hogwild/update/nesterov.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<Nesterov>);
template std::unique_ptr<Descent> make_descent_by(const Nesterov&, DescentPlan);

}  // namespace hogwild
