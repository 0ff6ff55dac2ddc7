// The weights of a model that are not zero, of which a space of 2^28 hashed features has few.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hogwild {

/// f(position, weight) for each weight that is not zero, in order, until it returns false. Blocks
/// of zeros are passed over by vectors. Returns whether all were taken.
template <class Function>
bool for_each_nonzero(std::span<const float> weights, const Function& f) {
  constexpr std::size_t kBlock = 64;
  for (std::size_t begin = 0; begin < weights.size(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, weights.size());
    std::uint32_t any = 0;  // without the signs
    for (std::size_t at = begin; at < end; ++at) {
      any |= std::bit_cast<std::uint32_t>(weights[at]) << 1;
    }
    if (any == 0) continue;
    for (std::size_t at = begin; at < end; ++at) {
      if (weights[at] != 0 && !f(at, weights[at])) return false;
    }
  }
  return true;
}

inline std::uint64_t count_nonzero(std::span<const float> weights) {
  std::uint64_t count = 0;
  for_each_nonzero(weights, [&](std::size_t, float) { return ++count, true; });
  return count;
}

}  // namespace hogwild
