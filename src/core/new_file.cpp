#include "core/new_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <random>
#include <utility>

#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

// Makes the rename itself last. Not every file system can; the file is whole either way.
void sync_folder_of(const std::string& path) noexcept {
  const auto slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int descriptor = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return;
  fsync(descriptor);
  close(descriptor);
}

}  // namespace

bool begins_with(const std::string& path, std::string_view magic) noexcept {
  // A pipe is not opened: a process that writes to it would take this one for its reader.
  struct stat status {};
  if (path == "-" || stat(path.c_str(), &status) != 0 || !S_ISREG(status.st_mode)) return false;
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  char head[16];
  const ssize_t taken = ::read(descriptor, head, magic.size());
  close(descriptor);
  return taken == static_cast<ssize_t>(magic.size()) &&
         std::string_view(head, magic.size()) == magic;
}

NewFile::NewFile(std::string path, std::string what)
    : path_(std::move(path)), what_(std::move(what)) {
  struct stat status {};
  if (stat(path_.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) {
    throw IoError(path_, "this is not a regular file", "name a file for the " + what_);
  }
  std::random_device random;
  do {
    char ending[16];
    std::snprintf(ending, sizeof ending, ".%08x", static_cast<unsigned>(random()));
    beside_ = path_ + ending;
    descriptor_ = open(beside_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  } while (descriptor_ < 0 && errno == EEXIST);
  if (descriptor_ < 0) {
    beside_.clear();
    fail(errno);
  }
}

NewFile::~NewFile() {
  if (descriptor_ >= 0) close(descriptor_);
  if (!beside_.empty()) unlink(beside_.c_str());
}

void NewFile::write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor_, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail(errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void NewFile::extend_to(std::uint64_t bytes) {
  // Not by ftruncate(): writing to a mapped file for whose pages there is no room ends the process.
  if (const int error = posix_fallocate(descriptor_, 0, static_cast<off_t>(bytes)); error != 0) {
    fail(error);
  }
}

void NewFile::sync() {
  if (fsync(descriptor_) != 0) fail(errno);
  if (close(std::exchange(descriptor_, -1)) != 0) fail(errno);
}

bool NewFile::commit_unless_there() {
  sync();
  if (link(beside_.c_str(), path_.c_str()) != 0) {
    if (errno == EEXIST) return false;
    fail(errno);
  }
  sync_folder_of(path_);
  return true;
}

void NewFile::commit() {
  sync();
  if (rename(beside_.c_str(), path_.c_str()) != 0) fail(errno);
  beside_.clear();
  sync_folder_of(path_);
}

void NewFile::fail(int error) const {
  const bool full = error == ENOSPC || error == EFBIG || error == EDQUOT;
  throw IoError(path_, "can't write the " + what_ + ": " + std::strerror(error),
                full ? "free some disk space and save again; the " + what_ +
                           " that was there before is unchanged"
                     : "check the path and its permissions");
}

}  // namespace hogwild
