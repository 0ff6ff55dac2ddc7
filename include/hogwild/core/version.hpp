// The version of the library, and the only place where it is written down.
#pragma once

namespace [[gnu::visibility("default")]] hogwild {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace hogwild
