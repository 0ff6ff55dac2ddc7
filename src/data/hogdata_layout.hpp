// What save_hogdata() and open_hogdata() agree on; include/hogwild/data/hogdata.hpp tells the rest.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hogwild {

static_assert(std::endian::native == std::endian::little, "data files are written as memory is");

inline constexpr std::string_view kDataMagic = "hogdata\n";
inline constexpr std::uint32_t kDataVersion = 1;
inline constexpr std::size_t kDataHeaderAt = 24;
inline constexpr std::size_t kDataAlignment = 64;

}  // namespace hogwild
