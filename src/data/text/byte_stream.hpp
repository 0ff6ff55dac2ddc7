// The bytes of a file or of the standard input, decompressed on the way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <string>

namespace hogwild {

/// Bytes begin to below end of a file.
struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = std::numeric_limits<std::uint64_t>::max();

  std::uint64_t size() const noexcept { return end - begin; }
  bool is_whole() const noexcept { return begin == 0 && end == ByteRange{}.end; }
};

/// gzip, zstd and bzip2 are told by a stream's first bytes, whatever its name; they are
/// decompressed on a thread of their own, some blocks ahead. Use from one thread at a time.
class ByteStream {
 public:
  /// "-" is the standard input. Throws IoError if it can't be opened, or is in a container that is
  /// not read here.
  explicit ByteStream(const std::string& path);
  /// A part of a plain file: what its bytes look like is not asked.
  ByteStream(const std::string& path, const ByteRange& part);
  ~ByteStream();
  ByteStream(const ByteStream&) = delete;
  ByteStream& operator=(const ByteStream&) = delete;

  /// Fills bytes as far as the stream goes: fewer than size are its last. Throws IoError, also for
  /// compressed data that is damaged or cut short.
  std::size_t read(char* bytes, std::size_t size);

  /// Waits for a byte and takes what there is, up to size; 0 at the end, if size is not. Throws as
  /// read().
  std::size_t read_some(char* bytes, std::size_t size);

  /// Whether read_some() need not wait: always so of a plain file.
  bool is_ready() const;

  bool is_compressed() const noexcept { return decompression_ != nullptr; }

  /// Bytes taken from the file itself, which are fewer than those read if it is compressed.
  std::uint64_t bytes_consumed() const noexcept;

 private:
  class File;
  class Decompression;
  std::unique_ptr<File> file_;
  std::unique_ptr<Decompression> decompression_;  // if it is compressed; ends before the file
};

}  // namespace hogwild
