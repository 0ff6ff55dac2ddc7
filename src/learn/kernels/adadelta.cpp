// The kernel, compiled for one rule.
#include "hogwild/update/adadelta.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<Adadelta>);
template std::unique_ptr<Descent> make_descent_by(const Adadelta&, DescentPlan);

}  // namespace hogwild
