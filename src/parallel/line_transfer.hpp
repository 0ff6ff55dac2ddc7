// How long a cache line takes from one core to another.
#pragma once

#include <optional>

namespace hogwild {

/// Two cores that this process may run on: see cores_allowed().
struct CorePair {
  int first = 0;
  int second = 0;
};

/// The seconds that passing a cache line from one core to another takes, one way, as two threads
/// measure it that write it in turn: the least of ten times, as anything else that runs only makes
/// it longer. Takes a fraction of a millisecond, and ten at most; nothing if the threads did not
/// come to run in that time. Throws std::system_error if there are no more threads.
std::optional<double> measure_line_transfer(CorePair cores);

/// The same of the first core and the last, measured once in a process; 0 if it can't be.
double line_transfer_seconds();

}  // namespace hogwild
