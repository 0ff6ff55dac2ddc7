// The kernel, compiled for one rule.
#include "hogwild/update/adam.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<Adam>);
template std::unique_ptr<Descent> make_descent_by(const Adam&, DescentPlan);

}  // namespace hogwild
