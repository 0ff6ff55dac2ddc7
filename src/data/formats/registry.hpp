// The text formats; the only registry of them. A new one is a file beside this and a row in
// registry.cpp.
#pragma once

#include <span>
#include <string_view>

#include "data/formats/parser.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

struct RecordFormat;

struct TextFormat {
  Format format;
  std::string_view name;  ///< what FeatureSpace::format and --format call it
  bool by_name;           ///< features have names; else numbers
  /// Whether text that begins so, its first row being that one, may be of it.
  bool (*begins)(std::string_view row, std::string_view text);
  ParseLine parse_line = nullptr;         ///< or null: it has records
  ParsePlain parse_plain = nullptr;       ///< or null: all lines go to parse_line
  const RecordFormat* records = nullptr;  ///< if rows become features by a recipe
  bool is_table = false;                  ///< a file begins with a head: see Chunk::table
};

/// Whether rows of the format become features by such a recipe, or, if it is null, without one.
inline bool fits(const TextFormat& format, const Recipe* recipe) noexcept {
  if (recipe == nullptr) return format.records == nullptr;
  return format.by_name && recipe->is_of_namespaces() == (format.records == nullptr);
}

/// In the order in which they are tried; the last takes any row.
std::span<const TextFormat> text_formats() noexcept;

/// REQUIRES: not Format::automatic.
const TextFormat& text_format(Format format) noexcept;

/// The format of that name, or null.
const TextFormat* text_format_named(std::string_view name) noexcept;

/// The format of text that begins so. by_recipe: it has records, unless it can't be so.
const TextFormat& sniff(std::string_view text, bool by_recipe = false) noexcept;

}  // namespace hogwild
