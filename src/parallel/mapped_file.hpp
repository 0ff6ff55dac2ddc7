// A file as memory.
#pragma once

#include <string>
#include <string_view>

#include "parallel/zeroed_array.hpp"

namespace hogwild {

/// The bytes of a regular file, read from it as they are looked at. The file may be renamed,
/// replaced by a rename or deleted meanwhile; if it is cut short, whoever looks past its end gets a
/// SIGBUS from the system.
/// Thread safety: const members from any threads.
class MappedFile {
 public:
  /// Throws IoError.
  explicit MappedFile(const std::string& path);

  std::string_view bytes() const noexcept {
    return {static_cast<const char*>(memory_.get()), memory_.get_deleter().bytes};
  }

 private:
  Mapped memory_;
};

}  // namespace hogwild
