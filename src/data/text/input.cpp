#include "data/text/input.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "data/formats/registry.hpp"
#include "data/text/other_format.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20;

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

namespace {

const Recipe* recipe_of(const ReadOptions& options) noexcept {
  if (options.recipe) return options.recipe.get();
  return options.features ? options.features->recipe.get() : nullptr;
}

}  // namespace

TextKind::TextKind(const ReadOptions& options)
    : format(options.format),
      separator(options.columns.separator != '\0' || !recipe_of(options)
                    ? options.columns.separator
                    : recipe_of(options)->separator),
      by_recipe(recipe_of(options) != nullptr ? !recipe_of(options)->is_of_namespaces()
                                              : !first_given_of_columns(options.columns).empty()) {}

Format TextKind::format_of(std::string_view text) const noexcept {
  if (format != Format::automatic) return format;
  const Format its = sniff(text, by_recipe).format;
  return separator != '\0' && its == Format::vw ? Format::csv : its;  // bars between columns
}

Input::Input(std::vector<std::string> paths, TextKind kind)
    : paths_(std::move(paths)), kind_(kind) {
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

Input::Input(std::vector<std::string> paths, std::vector<ByteRange> parts)
    : paths_(std::move(paths)), parts_(std::move(parts)) {
  for (std::size_t i = 0; i < paths_.size(); ++i) {
    const auto size = static_cast<std::uint64_t>(describe(paths_[i]).st_size);
    bytes_total_ += std::min(parts_[i].end, size) - parts_[i].begin;
  }
}

void Input::open_file() {
  const bool whole = parts_.empty() || parts_[file_].is_whole();
  stream_ = whole ? std::make_unique<ByteStream>(paths_[file_])
                  : std::make_unique<ByteStream>(paths_[file_], parts_[file_]);
}

void Input::close_file() noexcept {
  table_ = nullptr;
  bytes_before_ += stream_->bytes_consumed();
  stream_.reset();
  ++file_;
}

// What the file is, from what it begins with.
void Input::begin_file(std::string_view text) {
  kind_.format = kind_.format_of(text);  // of the first file, and so of all
  const TextFormat& its = text_format(kind_.format);
  its.records == nullptr ? require_rows(paths_[file_], text) : require_text(paths_[file_], text);
  table_ = its.is_table ? head_of(text, kind_.separator) : nullptr;
}

// Behind the last line, or record, that is whole; no line of a file that is no table ends in the
// first `seen` bytes.
std::size_t Input::end_of_whole_lines(std::string_view text, std::size_t seen) const noexcept {
  if (table_) return hogwild::end_of_whole_records(text, table_->dialect);
  const void* const last = memrchr(text.data() + seen, '\n', text.size() - seen);
  return last == nullptr
             ? 0
             : static_cast<std::size_t>(static_cast<const char*>(last) - text.data()) + 1;
}

// Appends to buffer until it has that size, or there is no more at once if that is wanted; false at
// the end of the file.
bool Input::fill(std::string& buffer, std::size_t size) {
  const std::size_t before = buffer.size();
  std::size_t filled = before;
  buffer.resize(size);
  bool more = true;
  while (more && filled < size && (filled == before || !at_once_ || stream_->is_ready())) {
    const std::size_t got = stream_->read_some(buffer.data() + filled, size - filled);
    filled += got;
    more = got > 0;
  }
  bytes_of_text_ += filled - before;
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
  Chunk chunk;
  return next(chunk) ? std::optional(std::move(chunk)) : std::nullopt;
}

bool Input::next(Chunk& chunk) {
  if (make_) {
    if (!make_(chunk)) return false;
    bytes_of_text_ += chunk.text.size();
    return true;
  }
  if (ahead_.empty()) return take(chunk);
  chunk = std::move(ahead_.front());
  ahead_.pop_front();
  return true;
}

const std::deque<Chunk>& Input::look_ahead(std::size_t bytes) {
  std::size_t seen = 0;
  for (const Chunk& chunk : ahead_) seen += chunk.text.size();
  for (Chunk chunk; seen < bytes && take(chunk); seen += ahead_.back().text.size()) {
    ahead_.push_back(std::exchange(chunk, {}));
  }
  return ahead_;
}

bool Input::take(Chunk& chunk) {
  chunk.overlong = false;
  chunk.begins_file = false;
  std::string& text = chunk.text;
  for (;;) {
    if (!stream_ && file_ == paths_.size()) return false;
    const bool begins_file = !stream_ && (parts_.empty() || parts_[file_].begin == 0);
    if (!stream_) open_file();

    text.assign(rest_);
    rest_.clear();
    bool more = true;
    bool is_known = !begins_file;                   // what the file is
    std::size_t end = end_of_whole_lines(text, 0);  // after a line that was too long
    while (more && end == 0) {
      const std::size_t seen = text.size();
      more = fill(text, seen + kChunkBytes);
      if (!is_known && (!more || text.find('\n') != text.npos)) {
        begin_file(text);
        is_known = true;
      }
      end = end_of_whole_lines(text, seen);
      if (end == 0 && text.size() > kLongestLine) {
        skip_to_line_end();
        text.resize(256);
        chunk.file = file_;
        chunk.table = table_;
        chunk.overlong = true;
        return true;
      }
    }
    chunk.file = file_;
    chunk.begins_file = begins_file;
    chunk.table = table_;
    if (more) {
      rest_.assign(text, end);
      text.resize(end);
    } else {
      close_file();
    }
    if (!text.empty()) return true;
  }
}

}  // namespace hogwild
