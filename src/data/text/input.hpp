// Files and the standard input as chunks of text, cut at line ends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "data/text/byte_stream.hpp"
#include "data/text/records.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

/// A line longer than this is refused, so that a file of one endless line can't fill the memory.
inline constexpr std::size_t kLongestLine = std::size_t{64} << 20;

/// Whole lines of one file.
struct Chunk {
  std::size_t file = 0;      ///< position among the paths
  std::string text;          ///< ends with a line end, save for a last line without one
  bool overlong = false;     ///< text is the head of one line longer than kLongestLine
  bool begins_file = false;  ///< it is the first of its file
  std::shared_ptr<const TableHead> table = {};  ///< of its file, if that is a table
};

/// What the user says about text before it is looked at.
struct TextKind {
  Format format = Format::automatic;
  char separator = '\0';   ///< of a table, as the text is then; '\0': by its first records
  bool by_recipe = false;  ///< it is of a format with records, unless it can't be so

  TextKind() = default;
  explicit TextKind(const ReadOptions& options);

  /// Of text that begins so.
  Format format_of(std::string_view text) const noexcept;
};

/// Reads the paths one after the other. Use from one thread at a time.
class Input {
 public:
  /// "-" is the standard input. Throws IoError if one can't be opened or is a directory.
  explicit Input(std::vector<std::string> paths, TextKind kind = {});

  /// Of each file a part, [paths]: all of it, or, of a plain one that is no table, some of its
  /// lines.
  Input(std::vector<std::string> paths, std::vector<ByteRange> parts);

  /// Just these chunks, of files of those paths, in order.
  Input(std::vector<std::string> paths, std::deque<Chunk> chunks)
      : paths_(std::move(paths)), file_(paths_.size()), ahead_(std::move(chunks)) {
    for (const Chunk& chunk : ahead_) bytes_of_text_ += chunk.text.size();
  }

  /// The chunks that a function makes, of files of those paths, in order; it says false at the end.
  Input(std::vector<std::string> paths, std::function<bool(Chunk&)> make)
      : paths_(std::move(paths)), file_(paths_.size()), make_(std::move(make)) {}

  /// From now on a chunk is as many whole lines as there are without waiting, at least one, rather
  /// than a fixed size: of a pipe it depends on time.
  void hand_on_at_once() noexcept { at_once_ = true; }

  /// The next chunk, or nothing at the end of the last file. Throws IoError; DataError or
  /// ParseError if a file begins as no text of rows does.
  std::optional<Chunk> next();

  /// The same, in the memory of another chunk; false at the end.
  bool next(Chunk& chunk);

  /// The chunks that will come next, of about as many bytes, or fewer at the end. Throws IoError.
  const std::deque<Chunk>& look_ahead(std::size_t bytes);

  /// Whether the last byte has been read, if not yet given out.
  bool at_end() const noexcept { return !stream_ && file_ == paths_.size(); }

  std::uint64_t bytes_of_text() const noexcept { return bytes_of_text_; }
  /// From the files, compressed as they may be.
  std::uint64_t bytes_consumed() const noexcept {
    return bytes_before_ + (stream_ ? stream_->bytes_consumed() : 0);
  }
  /// Of all files together, as they are; 0 if one of them is a pipe.
  std::uint64_t bytes_total() const noexcept { return bytes_total_; }

 private:
  bool take(Chunk& chunk);
  void open_file();
  void begin_file(std::string_view text);
  std::size_t end_of_whole_lines(std::string_view text, std::size_t seen) const noexcept;
  bool fill(std::string& buffer, std::size_t size);
  void skip_to_line_end();
  void close_file() noexcept;

  std::vector<std::string> paths_;
  TextKind kind_;
  std::shared_ptr<const TableHead> table_;  // of the file that is open, if it is one
  std::vector<ByteRange> parts_;            // [paths], or empty: all of each
  std::size_t file_ = 0;                    // the one that is open, or the next to open
  std::unique_ptr<ByteStream> stream_;      // of that file, if it is open
  std::string rest_;                        // the begun line that a chunk left behind
  std::deque<Chunk> ahead_;                 // taken already
  std::function<bool(Chunk&)> make_;        // chunks, if they are not the files'
  bool at_once_ = false;
  std::uint64_t bytes_of_text_ = 0;
  std::uint64_t bytes_before_ = 0;  // consumed of files that are closed
  std::uint64_t bytes_total_ = 0;
};

}  // namespace hogwild
