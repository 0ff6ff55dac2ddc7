#include "data/formats/registry.hpp"

#include <algorithm>
#include <array>

#include "data/formats/record_parser.hpp"
#include "data/text/byte_order_mark.hpp"
#include "data/text/records.hpp"

namespace hogwild {
namespace {

// VW has a bar that is not in a comment of libsvm: that begins a token, or follows a number.
bool begins_vw(std::string_view row, std::string_view) {
  const auto bar = row.find('|');
  if (bar == row.npos) return false;
  const std::string_view before = row.substr(0, bar);
  for (auto hash = before.find('#'); hash != before.npos; hash = before.find('#', hash + 1)) {
    const std::string_view up_to = before.substr(0, hash);
    const std::string_view token = up_to.substr(up_to.find_last_of(" \t") + 1);
    if (token.find_first_not_of("0123456789.:+-eE") == token.npos) return false;
  }
  return true;
}

// A tag directly before a bar, which may begin with a '#'.
bool begins_with_tag(std::string_view row) {
  return row.find('|') < row.find_first_of(" \t");
}

constexpr std::array kFormats{
    TextFormat{.format = Format::jsonl,
               .name = "jsonl",
               .by_name = true,
               .begins = begins_json_lines,
               .records = &kJsonLines},
    TextFormat{.format = Format::text,
               .name = "text",
               .by_name = true,
               .begins = begins_labelled_text,
               .records = &kLabelledText},
    TextFormat{.format = Format::csv,
               .name = "csv",
               .by_name = true,
               .begins = begins_table,
               .records = &kTables,
               .is_table = true},
    TextFormat{.format = Format::vw,
               .name = "vw",
               .by_name = true,
               .begins = begins_vw,
               .parse_line = parse_vw_line,
               .parse_plain = parse_plain_vw},
    TextFormat{.format = Format::libffm,
               .name = "libffm",
               .by_name = true,
               .begins = begins_libffm,
               .parse_line = parse_libffm_line},
    TextFormat{.format = Format::libsvm,
               .name = "libsvm",
               .by_name = false,
               .begins = [](std::string_view, std::string_view) { return true; },
               .parse_line = parse_libsvm_line,
               .parse_plain = parse_plain_libsvm}};

}  // namespace

std::span<const TextFormat> text_formats() noexcept {
  return kFormats;
}

const TextFormat& text_format(Format format) noexcept {
  return *std::ranges::find(kFormats, format, &TextFormat::format);
}

const TextFormat* text_format_named(std::string_view name) noexcept {
  const auto found = std::ranges::find(kFormats, name, &TextFormat::name);
  return found == kFormats.end() ? nullptr : &*found;
}

const TextFormat& sniff(std::string_view text, bool by_recipe) noexcept {
  // What begins with a '#' may be a comment, and tells the format if there is nothing else. A row
  // without features tells nothing of rows that are made of features.
  std::string_view row, tagged, first, rows;
  while (!text.empty() && row.empty()) {
    const std::string_view rest = text;
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), whole.size() + 1));
    std::string_view line = without_mark(whole);
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t\r")));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#')) {
      if (tagged.empty() && begins_with_tag(line)) tagged = line;
      continue;
    }
    if (first.empty() && !line.empty()) {
      first = line;
      rows = rest;
    }
    if (line.find_first_of(":|") != line.npos) row = line;
  }
  const auto is_of = [&](const TextFormat& its) {
    if (its.records == nullptr) return its.begins(row, rows);
    if (first.empty()) return false;
    return its.begins(first, rows) || (by_recipe && its.is_table && sniff_separator(rows) != '\0');
  };
  const TextFormat& its = *std::ranges::find_if(kFormats, is_of);
  if (its.records != nullptr) return its;
  if (row.empty() && !tagged.empty()) return text_format(Format::vw);
  const bool is_told = its.format != Format::libsvm || has_numbered_feature(row);
  return by_recipe && !is_told ? text_format(Format::csv) : its;
}

}  // namespace hogwild
