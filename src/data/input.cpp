#include "data/input.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>

#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

struct Compression {
  std::string_view magic;
  const char* name;
  const char* command;
};
constexpr Compression kCompressions[] = {{"\x1f\x8b", "gzip", "gzip -dc"},
                                         {"\x28\xb5\x2f\xfd", "zstd", "zstd -dc"},
                                         {"\xfd"
                                          "7zXZ",
                                          "xz", "xz -dc"},
                                         {"BZh", "bzip2", "bzip2 -dc"}};

[[noreturn]] void fail(const std::string& path, int error) {
  std::string remedy = "check the path";
  if (error == EACCES) remedy = "check the permissions";
  if (error == EISDIR) remedy = "name the files in it";
  throw IoError(path, std::strerror(error), std::move(remedy));
}

struct stat describe(const std::string& path) {
  struct stat status {};
  if ((path == "-" ? fstat(STDIN_FILENO, &status) : stat(path.c_str(), &status)) != 0) {
    fail(path, errno);
  }
  if (S_ISDIR(status.st_mode)) fail(path, EISDIR);
  return status;
}

}  // namespace

Input::Input(std::vector<std::string> paths) : paths_(std::move(paths)) {
  bool all_files = true;
  for (const std::string& path : paths_) {
    const struct stat status = describe(path);
    if (S_ISREG(status.st_mode)) {
      bytes_total_ += static_cast<std::uint64_t>(status.st_size);
    } else {
      all_files = false;
    }
  }
  if (!all_files) bytes_total_ = 0;
}

Input::~Input() {
  close_file();
}

void Input::close_file() noexcept {
  if (descriptor_ > STDIN_FILENO) close(descriptor_);
  descriptor_ = -1;
}

bool Input::open_next_file() {
  if (file_ == paths_.size()) return false;
  const std::string& path = paths_[file_];
  descriptor_ = path == "-" ? STDIN_FILENO : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (descriptor_ < 0) fail(path, errno);
  posix_fadvise(descriptor_, 0, 0, POSIX_FADV_SEQUENTIAL);
  at_file_start_ = true;
  return true;
}

// Appends to buffer until it has that size; false at the end of the file.
bool Input::fill(std::string& buffer, std::size_t size) {
  std::size_t filled = buffer.size();
  buffer.resize(size);
  while (filled < size) {
    const ssize_t got = ::read(descriptor_, buffer.data() + filled, size - filled);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(paths_[file_], errno);
    if (got == 0) break;
    filled += static_cast<std::size_t>(got);
    bytes_read_ += static_cast<std::uint64_t>(got);
  }
  const bool more = filled == size;
  buffer.resize(filled);
  return more;
}

void Input::skip_to_line_end() {
  std::string buffer;
  for (bool more = true; more;) {
    buffer.clear();
    more = fill(buffer, kChunkBytes);
    if (const auto line_end = buffer.find('\n'); line_end != std::string::npos) {
      rest_ = buffer.substr(line_end + 1);
      return;
    }
  }
}

std::optional<Chunk> Input::next() {
  for (;;) {
    if (descriptor_ < 0 && !open_next_file()) return std::nullopt;

    std::string text = std::exchange(rest_, {});
    bool more = true;
    std::size_t line_end = text.rfind('\n');  // whole lines, after one that was too long
    while (more && line_end == std::string::npos) {
      const std::size_t seen = text.size();
      more = fill(text, seen + kChunkBytes);
      const auto* last =
          static_cast<const char*>(memrchr(text.data() + seen, '\n', text.size() - seen));
      if (last != nullptr) line_end = static_cast<std::size_t>(last - text.data());
      if (line_end == std::string::npos && text.size() > kLongestLine) {
        skip_to_line_end();
        text.resize(256);
        return Chunk{file_, std::move(text), true};
      }
    }
    if (std::exchange(at_file_start_, false)) {
      for (const auto& [magic, name, command] : kCompressions) {
        if (text.starts_with(magic)) {
          throw IoError(paths_[file_], fmt::format("the file is compressed with {}", name),
                        fmt::format("decompress it on the way: {} FILE | hogwild ... -", command));
        }
      }
    }
    const std::size_t file = file_;
    if (more) {
      rest_ = text.substr(line_end + 1);
      text.resize(line_end + 1);
    } else {
      close_file();
      ++file_;
    }
    if (!text.empty()) return Chunk{file, std::move(text), false};
  }
}

}  // namespace hogwild
