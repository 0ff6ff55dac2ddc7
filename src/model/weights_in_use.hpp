// The weights of a model that are not zero, of which a space of 2^28 hashed features has few.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hogwild {

/// f(position, weight) for each weight that is not zero, in order. Blocks of zeros are passed over
/// by vectors; in others no branch waits for a weight.
template <class Function>
void for_each_nonzero(std::span<const float> weights, const Function& f) {
  constexpr std::size_t kBlock = 64;
  for (std::size_t begin = 0; begin < weights.size(); begin += kBlock) {
    const std::size_t end = std::min(begin + kBlock, weights.size());
    std::uint32_t any = 0;  // without the signs
    for (std::size_t at = begin; at < end; ++at) {
      any |= std::bit_cast<std::uint32_t>(weights[at]) << 1;
    }
    if (any == 0) continue;
    std::array<std::size_t, kBlock> places;
    std::size_t count = 0;
    for (std::size_t at = begin; at < end; ++at) {
      places[count] = at;
      count += weights[at] != 0 ? 1 : 0;
    }
    for (std::size_t k = 0; k < count; ++k) f(places[k], weights[places[k]]);
  }
}

inline std::uint64_t count_nonzero(std::span<const float> weights) {
  std::uint64_t count = 0;
  for_each_nonzero(weights, [&](std::size_t, float) { ++count; });
  return count;
}

/// Whether all weights are finite.
inline bool are_finite(std::span<const float> weights) {
  constexpr std::uint32_t kInfinite = 0xFF000000;  // an exponent of ones, without the sign
  std::uint32_t infinite = 0;
  for (const float weight : weights) {
    infinite |= std::bit_cast<std::uint32_t>(weight) << 1 >= kInfinite ? 1 : 0;
  }
  return infinite == 0;
}

}  // namespace hogwild
