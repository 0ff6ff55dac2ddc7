// What is no text of rows is named before any of it is parsed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace hogwild {

/// What a text seems to be instead of rows.
struct OtherFormat {
  std::uint64_t line = 0;  ///< that tells, from 1; 0: no line, but the bytes
  std::string reason;
  std::string remedy;
};

/// By the beginning of a file's text. Nothing where rows may follow, sound or not.
std::optional<OtherFormat> other_format(std::string_view text);

/// The same of what is no text at all.
std::optional<OtherFormat> no_text(std::string_view text);

/// Throws DataError if a file does not begin as text, ParseError if it is of a format that is
/// neither a table nor objects a line, such as an array of JSON.
void require_text(const std::string& path, std::string_view text);

/// Throws ParseError or DataError if a file's text begins as another format does.
void require_rows(const std::string& path, std::string_view text);

}  // namespace hogwild
