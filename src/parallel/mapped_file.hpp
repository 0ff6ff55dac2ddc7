// A file as memory.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace hogwild {

/// The bytes of a regular file, read from it as they are looked at. The file may be renamed,
/// replaced by a rename or deleted meanwhile; if it is cut short, whoever looks past its end gets a
/// SIGBUS from the system.
/// Thread safety: const members from any threads.
class MappedFile {
 public:
  /// Throws IoError.
  explicit MappedFile(const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  std::string_view bytes() const noexcept { return {static_cast<const char*>(data_), size_}; }

 private:
  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace hogwild
