// The kernel, compiled for one rule.
#include "hogwild/update/adagrad.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<Adagrad>);
template std::unique_ptr<Descent> make_descent_by(const Adagrad&, DescentPlan);

}  // namespace hogwild
