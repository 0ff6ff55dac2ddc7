// The kernel, compiled for one rule.
#include "hogwild/update/ftrl.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<Ftrl>);
template std::unique_ptr<Descent> make_descent_by(const Ftrl&, DescentPlan);

}  // namespace hogwild
