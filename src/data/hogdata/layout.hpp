// What save_hogdata() and open_hogdata() agree on; include/hogwild/data/hogdata.hpp tells the rest.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hogwild {

static_assert(std::endian::native == std::endian::little, "data files are written as memory is");

inline constexpr std::string_view kDataMagic = "hogdata\n";
inline constexpr std::uint32_t kDataVersion = 1;
inline constexpr std::size_t kDataHeaderAt = 24;
inline constexpr std::size_t kDataAlignment = 64;

struct FileIdentity {
  std::string path;  ///< absolute
  std::uint64_t bytes = 0;
  std::int64_t modified = 0;   ///< nanoseconds since 1970
  std::uint64_t checksum = 0;  ///< XXH3 of its bytes

  /// Of a regular file; nothing for others, such as a pipe or "-".
  static std::optional<FileIdentity> of(const std::string& path);

  /// Whether the file at the path is another now. One that is gone, or can't be read, is not known
  /// to be. Its bytes are read only where its time has changed and its size has not.
  bool has_changed() const;
};

}  // namespace hogwild
