// How many hashes of features there are, and which.
#pragma once

#include <algorithm>
#include <cstdint>

#include "hogwild/core/types.hpp"

namespace hogwild {

/// Up to so many bits a hash is a feature's number. With more, features are numbered as they are
/// met (see FeatureSpace::hashes), so that arrays are as long as those. Measured on 300,000 click
/// rows as VW text, one pass on two threads, seconds and MB: 22 bits 0.28 and 153 by hashes, 0.29
/// and 58 by numbers; 24 bits 0.51 and 492, 0.29 and 50; 28 bits 2.46 and 3550, 0.30 and 53.
inline constexpr int kMostPlainHashBits = 22;

/// How many hashes there are of so many bits.
inline Index count_of_hashes(int bits) noexcept {
  return bits == 32 ? kMaxIndex + 1 : Index{1} << bits;
}

/// The hash of a feature, in `bits` bits. Of 32 the largest number is no feature's.
inline Index hashed_index(std::uint64_t hash, int bits) noexcept {
  return static_cast<Index>(
      std::min<std::uint64_t>(hash & ((std::uint64_t{1} << bits) - 1), kMaxIndex));
}

}  // namespace hogwild
