// What two cores must not both write to.
#pragma once

#include <cstddef>

namespace hogwild {

/// Bytes apart that keep two threads' words from slowing each other: two lines of 64, since x86
/// cores fetch lines in pairs. std::hardware_destructive_interference_size is 64 here, and not ABI.
inline constexpr std::size_t kCacheLinePair = 128;

}  // namespace hogwild
