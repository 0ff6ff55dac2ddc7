// The integer vocabulary: how features, rows and non-zeros are counted.
#pragma once

#include <cstdint>

namespace [[gnu::visibility("default")]] hogwild {

/// A feature's number, counted from 0. 32 bits: half the memory of an index of 64.
using Index = std::uint32_t;

/// A position among rows or non-zeros; 64 bits, so no data set is too long.
using Offset = std::uint64_t;

/// The largest feature number a file may hold; one more is kept for the bias.
inline constexpr Index kMaxIndex = 0xFFFFFFFEu;

}  // namespace hogwild
