// What files are packed in, told by their first bytes.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace hogwild {

/// Those that are decompressed here.
enum class Compression { gzip, zstd, bzip2 };

/// Bits of a magic that may differ.
struct FreeBits {
  std::size_t byte = 0;
  int bits = 0;
};

struct Container {
  std::string_view magic;                    ///< what the file begins with
  FreeBits free{};                           ///< in it
  std::string_view name{};                   ///< "the file is " ...
  std::string_view remedy{};                 ///< where it is not read here
  std::optional<Compression> compression{};  ///< where it is
};

/// So many bytes tell.
inline constexpr std::size_t kLongestMagic = 16;

/// The container that a file with these first bytes is in, or null.
const Container* container_of(std::string_view head) noexcept;

/// Whether it takes more bytes to tell.
bool may_begin_container(std::string_view head) noexcept;

}  // namespace hogwild
