// A row's features in ascending order, where the text has them in another.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

namespace hogwild {

/// Sorts keys, whose upper 32 bits are what counts most; scratch is as long. They are dealt into
/// drawers by the length of those bits and the few bits that follow the leading one, and then
/// inserted to their places. Of hashed features, which are spread evenly, as of ranked ones, which
/// are spread evenly by their logarithms, few are far from there.
/// Source: a distribution sort, Knuth, The Art of Computer Programming 3, section 5.2.5.
inline void sort_keys(std::span<std::uint64_t> keys, std::span<std::uint64_t> scratch) {
  constexpr int kMostBits = 6;
  constexpr std::uint32_t kCrowd = 32;  // in one drawer: then they are spread otherwise
  const std::size_t n = keys.size();
  if (n < 2) return;
  const int bits = std::clamp(static_cast<int>(std::bit_width(n)) - 4, 2, kMostBits);
  // Rises with the key: below 2^(bits + 1) it is the number itself.
  const auto drawer_of = [bits](std::uint64_t key) {
    const auto number = static_cast<std::uint32_t>(key >> 32);
    const int cut = std::max(0, static_cast<int>(std::bit_width(number)) - 1 - bits);
    return (static_cast<std::size_t>(cut) << bits) + (number >> cut);
  };
  // The last drawer has number (31 - bits) 2^bits + 2^(bits + 1) - 1.
  std::array<std::uint32_t, ((33 - kMostBits) << kMostBits) + 1> room;
  const std::uint64_t most = *std::ranges::max_element(keys);
  const std::span ends = std::span(room).first(drawer_of(most) + 2);  // one further on
  std::ranges::fill(ends, 0);
  for (const std::uint64_t key : keys) ++ends[drawer_of(key) + 1];
  std::uint32_t crowd = 0;
  for (std::size_t drawer = 1; drawer < ends.size(); ++drawer) {
    crowd = std::max(crowd, ends[drawer]);
    ends[drawer] += ends[drawer - 1];
  }
  if (crowd > kCrowd) {
    std::ranges::sort(keys);
    return;
  }
  std::ranges::copy(keys, scratch.begin());
  for (const std::uint64_t key : scratch.first(n)) keys[ends[drawer_of(key)]++] = key;
  for (std::size_t i = 1; i < n; ++i) {
    const std::uint64_t key = keys[i];
    std::size_t at = i;
    for (; at > 0 && keys[at - 1] > key; --at) keys[at] = keys[at - 1];
    keys[at] = key;
  }
}

}  // namespace hogwild
