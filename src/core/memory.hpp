// How much memory there is.
#pragma once

#include <cstdint>

namespace hogwild {

/// Bytes of memory of the machine, or of the control group that the process is in if it has fewer.
std::uint64_t memory_bytes();

}  // namespace hogwild
