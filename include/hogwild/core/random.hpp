// Random numbers as a function of their position: the k-th number of a stream depends on the seed,
// the stream and k alone, so no order of threads and no machine changes it.
#pragma once

#include <cassert>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <numbers>
#include <span>
#include <utility>

namespace [[gnu::visibility("default")]] hogwild {

/// A bijection of 64 bits in which every input bit moves every output bit.
/// Source: the finaliser of SplitMix64, Steele, Lea, Flood, OOPSLA 2014 (variant 13 of Stafford).
constexpr std::uint64_t mix_bits(std::uint64_t x) noexcept {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ull;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBull;
  return x ^ (x >> 31);
}

/// One stream of random numbers, named by a seed and any further keys (epoch, block, row).
/// A value: copy it to replay it. Not for secrets.
class Random {
 public:
  /// Numbers that are a function of seed and keys.
  template <std::convertible_to<std::uint64_t>... Keys>
  constexpr explicit Random(std::uint64_t seed, Keys... keys) noexcept : state_(mix_bits(seed)) {
    ((state_ = mix_bits(state_ + kStride + static_cast<std::uint64_t>(keys))), ...);
  }

  /// 64 uniform bits.
  constexpr std::uint64_t bits() noexcept { return mix_bits(state_ += kStride); }

  /// Uniform in [0, 1), a multiple of 2^-53.
  constexpr double uniform() noexcept { return static_cast<double>(bits() >> 11) * 0x1p-53; }

  /// Uniform in [0, bound), unbiased by rejection. REQUIRES: bound > 0.
  /// Source: Lemire, ACM Transactions on Modeling and Computer Simulation 2019, which divides
  /// hardly ever.
  constexpr std::uint64_t below(std::uint64_t bound) noexcept {
    assert(bound > 0);
    __extension__ using Product = unsigned __int128;
    Product product = Product{bits()} * bound;
    if (static_cast<std::uint64_t>(product) < bound) {
      const std::uint64_t unfair = (0 - bound) % bound;  // 2^64 mod bound
      while (static_cast<std::uint64_t>(product) < unfair) product = Product{bits()} * bound;
    }
    return static_cast<std::uint64_t>(product >> 64);
  }

  /// Standard normal. Source: Box and Muller, Annals of Mathematical Statistics 1958.
  double normal() noexcept {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  static constexpr std::uint64_t kStride = 0x9E3779B97F4A7C15ull;  // odd, near 2^64 / golden ratio
  std::uint64_t state_;
};

/// Puts values in a uniformly random order. Source: Durstenfeld, CACM 1964.
template <class Value>
constexpr void shuffle(std::span<Value> values, Random random) noexcept {
  for (std::size_t left = values.size(); left > 1; --left) {
    std::swap(values[left - 1], values[random.below(left)]);
  }
}

}  // namespace hogwild
