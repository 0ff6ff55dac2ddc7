// Virtual workers as a descent: rows come in one by one, and are learnt in virtual time.
#pragma once

#include <memory>

#include "hogwild/lab/simulate.hpp"
#include "learn/descent.hpp"

namespace hogwild {

/// What the virtual workers have come to.
struct VirtualTally {
  double seconds = 0;
  std::uint64_t updates = 0;
  std::uint64_t bytes = 0;
  double delay = 0;  ///< mean number of others' updates between a reading and its step
};

class VirtualWorkers : public Descent {
 public:
  virtual VirtualTally tally() const = 0;
};

/// REQUIRES: the plan is of one worker, one output and single rows. seed: of delays.
std::unique_ptr<VirtualWorkers> make_virtual_workers(const DescentPlan& plan,
                                                     const SimulationOptions& options,
                                                     std::uint64_t seed);

}  // namespace hogwild
