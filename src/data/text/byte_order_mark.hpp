// Byte order marks, which editors on Windows put before a text.
#pragma once

#include <string_view>

namespace hogwild {

inline constexpr std::string_view kUtf8Mark = "\xef\xbb\xbf";

/// A line without the UTF-8 mark that it may begin with: the first of a file, or, where files were
/// joined, any.
inline std::string_view without_mark(std::string_view line) noexcept {
  if (line.starts_with(kUtf8Mark)) line.remove_prefix(kUtf8Mark.size());
  return line;
}

/// The encoding whose mark a text begins with, as iconv calls it, if its characters are wider than
/// a byte; else "".
inline std::string_view marked_wide_encoding(std::string_view text) noexcept {
  using namespace std::string_view_literals;
  if (text.starts_with("\xff\xfe\0\0"sv) || text.starts_with("\0\0\xfe\xff"sv)) return "UTF-32";
  if (text.starts_with("\xff\xfe"sv) || text.starts_with("\xfe\xff"sv)) return "UTF-16";
  return "";
}

}  // namespace hogwild
