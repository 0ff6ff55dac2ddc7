// The kernel, compiled for one rule.
#include "hogwild/update/sgd.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<Sgd>);
template std::unique_ptr<Descent> make_descent_by(const Sgd&, DescentPlan);

}  // namespace hogwild
