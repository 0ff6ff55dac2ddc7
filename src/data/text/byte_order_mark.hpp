// Byte order marks, which editors on Windows put before a text.
#pragma once

#include <algorithm>
#include <cstddef>
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

/// The same of text without a mark, by the zeros between the bytes of its first characters.
inline std::string_view wide_encoding(std::string_view text) noexcept {
  constexpr std::size_t kLooked = 16;
  std::size_t zeros[2] = {};
  const std::size_t pairs = std::min(text.size(), kLooked) / 2;
  for (std::size_t k = 0; k < 2 * pairs; ++k) zeros[k % 2] += text[k] == '\0' ? 1 : 0;
  if (pairs < 2 || zeros[0] + zeros[1] != pairs) return "";
  return zeros[1] == pairs ? "UTF-16LE" : zeros[0] == pairs ? "UTF-16BE" : "";
}

}  // namespace hogwild
