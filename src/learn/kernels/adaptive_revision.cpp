// The kernel, compiled for one rule.
#include "hogwild/update/adaptive_revision.hpp"

#include "learn/kernel_descent.hpp"

namespace hogwild {

static_assert(UpdateRule<AdaptiveRevision>);
template std::unique_ptr<Descent> make_descent_by(const AdaptiveRevision&, DescentPlan);

}  // namespace hogwild
