// Threads kept to cores.
#pragma once

#include <vector>

namespace hogwild {

/// The numbers of the cores that this process may run on, ascending.
std::vector<int> cores_allowed();

/// Keeps the calling thread to one core. False if the system refuses.
bool pin_this_thread(int core) noexcept;

}  // namespace hogwild
