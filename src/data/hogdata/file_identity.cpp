#include "data/hogdata/layout.hpp"

#include <sys/stat.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <filesystem>
#include <system_error>

#include "hogwild/core/error.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {
namespace {

std::optional<FileIdentity> without_checksum(const std::string& path) {
  struct stat status {};
  if (path == "-" || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  std::error_code unknown;
  const auto absolute = std::filesystem::absolute(path, unknown);
  if (unknown) return std::nullopt;
  return FileIdentity{
      absolute.lexically_normal().string(), static_cast<std::uint64_t>(status.st_size),
      std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec, 0};
}

std::uint64_t checksum_of(const std::string& path) {
  const MappedFile file(path);
  return XXH3_64bits(file.bytes().data(), file.bytes().size());
}

}  // namespace

std::optional<FileIdentity> FileIdentity::of(const std::string& path) {
  auto identity = without_checksum(path);
  if (identity) identity->checksum = checksum_of(path);
  return identity;
}

bool FileIdentity::has_changed() const {
  const auto now = without_checksum(path);
  if (!now) return false;
  if (now->bytes != bytes) return true;
  if (now->modified == modified) return false;
  try {
    return checksum_of(path) != checksum;
  } catch (const IoError&) {
    return false;
  }
}

}  // namespace hogwild
