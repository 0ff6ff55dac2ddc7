// Files and the standard input as chunks of text, cut at line ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace hogwild {

/// A line longer than this is refused, so that a file of one endless line can't fill the memory.
inline constexpr std::size_t kLongestLine = std::size_t{64} << 20;

/// Whole lines of one file.
struct Chunk {
  std::size_t file = 0;   ///< position among the paths
  std::string text;       ///< ends with a line end, save for a last line without one
  bool overlong = false;  ///< text is the head of one line longer than kLongestLine
};

/// Reads the paths one after the other. Use from one thread at a time.
class Input {
 public:
  /// "-" is the standard input. Throws IoError if one can't be opened or is a directory.
  explicit Input(std::vector<std::string> paths);
  ~Input();
  Input(const Input&) = delete;
  Input& operator=(const Input&) = delete;

  /// The next chunk, or nothing at the end of the last file. Throws IoError.
  std::optional<Chunk> next();

  std::uint64_t bytes_read() const noexcept { return bytes_read_; }
  /// Of all files together; 0 if one of them is a pipe.
  std::uint64_t bytes_total() const noexcept { return bytes_total_; }

 private:
  bool fill(std::string& buffer, std::size_t size);
  void skip_to_line_end();
  void close_file() noexcept;
  bool open_next_file();

  std::vector<std::string> paths_;
  std::size_t file_ = 0;  // the one that is open, or the next to open
  int descriptor_ = -1;
  bool at_file_start_ = true;
  std::string rest_;  // the begun line that a chunk left behind
  std::uint64_t bytes_read_ = 0;
  std::uint64_t bytes_total_ = 0;
};

}  // namespace hogwild
