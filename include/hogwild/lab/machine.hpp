// The machine that speeds were measured on.
#pragma once

#include <string>
#include <vector>

namespace hogwild {
namespace [[gnu::visibility("default")]] lab {

/// What decides how far threads scale.
struct Machine {
  /// How long one core waits for a cache line that another has just written.
  struct LineTransfer {
    int first = 0;       ///< the number of one core
    int second = 0;      ///< of the other core
    double seconds = 0;  ///< one way
  };

  std::string processor{};                     ///< as the system names it; empty if it does not
  double clock_hz = 0;                         ///< now; 0 if the system does not say
  int cores = 0;                               ///< that this process may use
  int numa_nodes = 1;                          ///< nodes of memory
  std::vector<LineTransfer> line_transfers{};  ///< of pairs of cores: all, or 128 spread over all
};

/// Asks the system, and passes a cache line between cores: a millisecond for each pair.
Machine this_machine();

}  // namespace lab
}  // namespace hogwild
