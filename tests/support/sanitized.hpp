// Whether a sanitizer watches.
#pragma once

namespace hogwild::test {

// Then all takes ten times as long, and what only takes long is done less.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

}  // namespace hogwild::test
