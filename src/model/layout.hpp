// What save() and load() agree on; include/hogwild/model/file.hpp tells the whole layout.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace hogwild {

static_assert(std::endian::native == std::endian::little, "model files are written as memory is");

inline constexpr std::string_view kModelMagic = "hogwild\n";
inline constexpr std::uint32_t kModelVersion = 1;
inline constexpr std::uint32_t kClassesVersion = 2;  // of a model of several classes
inline constexpr std::size_t kModelHeaderAt = 16;
inline constexpr std::size_t kModelChecksumBytes = 8;

}  // namespace hogwild
