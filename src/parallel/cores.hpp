// The cores and the memory of this machine, and threads kept to cores.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hogwild {

/// How many cores the machine has, 1 at least.
int cores() noexcept;

/// The numbers of the cores that this process may run on, ascending.
std::vector<int> cores_allowed();

/// Ascending numbers as people write them: "0-3,8".
std::string in_ranges(const std::vector<int>& numbers);

/// The numbers of such a text, in its order; nothing if it is none.
std::optional<std::vector<int>> numbers_in(std::string_view text);

/// Keeps the calling thread to one core. False if the system refuses.
bool pin_this_thread(int core) noexcept;

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

/// Bytes apart that keep two threads' words from slowing each other: two lines of 64, since x86
/// cores fetch lines in pairs. std::hardware_destructive_interference_size is 64 here, and not ABI.
inline constexpr std::size_t kCacheLinePair = 128;

/// Bytes of memory of the machine, or of the control group that the process is in if it has fewer.
std::uint64_t memory_bytes();

}  // namespace hogwild
