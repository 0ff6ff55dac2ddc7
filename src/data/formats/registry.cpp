#include "data/formats/registry.hpp"

#include <algorithm>
#include <array>

#include "data/text/byte_order_mark.hpp"

namespace hogwild {
namespace {

// VW has a bar that is not in a comment of libsvm: that begins a token, or follows a number.
bool begins_vw(std::string_view row) {
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

constexpr std::array kFormats{TextFormat{.format = Format::vw,
                                         .name = "vw",
                                         .by_name = true,
                                         .begins = begins_vw,
                                         .parse_line = parse_vw_line,
                                         .parse_plain = parse_plain_vw},
                              TextFormat{.format = Format::libffm,
                                         .name = "libffm",
                                         .by_name = true,
                                         .begins = begins_libffm,
                                         .parse_line = parse_libffm_line,
                                         .parse_plain = nullptr},
                              TextFormat{.format = Format::libsvm,
                                         .name = "libsvm",
                                         .by_name = false,
                                         .begins = [](std::string_view) { return true; },
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

const TextFormat& sniff(std::string_view text) noexcept {
  // What begins with a '#' may be a comment, and tells the format if there is nothing else. A row
  // without features tells nothing.
  std::string_view row, tagged;
  while (!text.empty() && row.empty()) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), whole.size() + 1));
    std::string_view line = without_mark(whole);
    line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t\r")));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.starts_with('#')) {
      if (tagged.empty() && begins_with_tag(line)) tagged = line;
    } else if (line.find_first_of(":|") != line.npos) {
      row = line;
    }
  }
  if (row.empty() && !tagged.empty()) return text_format(Format::vw);
  return *std::ranges::find_if(kFormats, [&](const TextFormat& its) { return its.begins(row); });
}

}  // namespace hogwild
