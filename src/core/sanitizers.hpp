// Which sanitizer the code is compiled with, as both GCC and clang say it.
#pragma once

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define HOGWILD_ASAN
#endif
#if __has_feature(thread_sanitizer)
#define HOGWILD_TSAN
#endif
#endif
#if defined(__SANITIZE_ADDRESS__)
#define HOGWILD_ASAN
#endif
#if defined(__SANITIZE_THREAD__)
#define HOGWILD_TSAN
#endif
#if defined(HOGWILD_ASAN) || defined(HOGWILD_TSAN)
#define HOGWILD_SANITIZED
#endif
