// Whether a sanitizer watches.
#pragma once

#include "core/sanitizers.hpp"

namespace hogwild::test {

// Then all takes ten times as long, and what only takes long is done less.
#if defined(HOGWILD_SANITIZED)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace hogwild::test
