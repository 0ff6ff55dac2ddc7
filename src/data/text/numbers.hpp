// Many numbers in text, a vector of them at a time.
#pragma once

#include <cstddef>
#include <cstdint>

#include "hogwild/core/types.hpp"

namespace hogwild {

// Offsets count from `text`, and the end of a token is the offset behind its last byte. REQUIRES,
// of all of these functions: kReadBefore bytes before each end can be read, and kReadPast behind it
// (see number.hpp).

inline constexpr std::size_t kReadBefore = 16;
/// So many results more than count may be written: up to a vector.
inline constexpr std::size_t kWrittenPast = 8;

/// The integer of digits only that ends at `end`; 2^64 - 1 if it has more than 19 digits. REQUIRES:
/// it has a digit, and the byte before it is none.
std::uint64_t integer_before(const char* end) noexcept;

/// The indices of digits only that end at ends[count]. Returns how many there are up to the first
/// that is larger than kMaxIndex. REQUIRES: each has a digit, and the byte before it is none.
std::size_t convert_indices(const char* text, const std::uint32_t* ends, std::size_t count,
                            Index* indices) noexcept;

/// The values between colons[count] and ends[count], rounded to the nearest float; 1 where both
/// are the same. Returns how many there are up to the first that is no number.
std::size_t convert_values(const char* text, const std::uint32_t* colons, const std::uint32_t* ends,
                           std::size_t count, float* values) noexcept;

}  // namespace hogwild
