// The kernel, compiled for one rule.
#include "hogwild/update/momentum.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<Momentum>);
template std::unique_ptr<Descent> make_descent_by(const Momentum&, DescentPlan);

}  // namespace hogwild
