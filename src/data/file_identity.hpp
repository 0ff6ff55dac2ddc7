// Whether a file is still the one that was read.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace hogwild {

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
