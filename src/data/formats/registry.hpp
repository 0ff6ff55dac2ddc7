// The text formats; the only registry of them. A new one is a file beside this and a row in
// registry.cpp.
#pragma once

#include <span>
#include <string_view>

#include "data/formats/parser.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

struct TextFormat {
  Format format;
  std::string_view name;                 ///< what FeatureSpace::format and --format call it
  bool by_name;                          ///< features have names; else numbers
  bool (*begins)(std::string_view row);  ///< whether text whose first row that is may be of it
  ParseLine parse_line;
  ParsePlain parse_plain;  ///< or null: all lines go to parse_line
};

/// In the order in which they are tried; the last takes any row.
std::span<const TextFormat> text_formats() noexcept;

/// REQUIRES: not Format::automatic.
const TextFormat& text_format(Format format) noexcept;

/// The format of that name, or null.
const TextFormat* text_format_named(std::string_view name) noexcept;

/// The format of text that begins so.
const TextFormat& sniff(std::string_view text) noexcept;

}  // namespace hogwild
