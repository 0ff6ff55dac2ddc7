// Threads kept to cores.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace hogwild {

/// The numbers of the cores that this process may run on, ascending.
std::vector<int> cores_allowed();

/// Ascending numbers as people write them: "0-3,8".
std::string in_ranges(const std::vector<int>& numbers);

/// The numbers of such a text, in its order; nothing if it is none.
std::optional<std::vector<int>> numbers_in(std::string_view text);

/// Keeps the calling thread to one core. False if the system refuses.
bool pin_this_thread(int core) noexcept;

}  // namespace hogwild
