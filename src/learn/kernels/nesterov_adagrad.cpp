// The kernel, compiled for one rule.
#include "hogwild/update/nesterov_adagrad.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<NesterovAdagrad>);
template std::unique_ptr<Descent> make_descent_by(const NesterovAdagrad&, DescentPlan);

}  // namespace hogwild
