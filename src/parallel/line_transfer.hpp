// How long a cache line takes from one core to another.
#pragma once

#include <optional>

namespace hogwild {

/// The seconds that passing a cache line from one thread to another takes, one way, as two threads
/// measure it that write it in turn. Both run where the system puts them, or on the cores that are
/// named, which must be among cores_allowed(). Takes a fraction of a millisecond, and is the least
/// of several attempts, as anything else that runs only makes it longer. Nothing if there is only
/// one core, or the other thread did not come to run.
struct CorePair {
  int first = 0;
  int second = 0;
};
std::optional<double> measure_line_transfer(std::optional<CorePair> cores = {});

/// The same, measured once in a process; 0 if it can't be.
double line_transfer_seconds();

}  // namespace hogwild
