// The kernel, compiled for one rule.
#include "hogwild/update/rmsprop.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<Rmsprop>);
template std::unique_ptr<Descent> make_descent_by(const Rmsprop&, DescentPlan);

}  // namespace hogwild
