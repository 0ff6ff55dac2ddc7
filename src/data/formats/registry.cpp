#include "data/formats/registry.hpp"

#include <algorithm>
#include <array>

#include "data/text/byte_order_mark.hpp"

namespace hogwild {
namespace {

// VW has a bar that is not in a comment.
bool begins_vw(std::string_view row) {
  return row.find('|') < row.find('#');
}

constexpr std::array kFormats{TextFormat{.format = Format::vw,
                                         .name = "vw",
                                         .by_name = true,
                                         .begins = begins_vw,
                                         .parse_line = parse_vw_line,
                                         .parse_plain = parse_plain_vw},
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
  std::string_view row;
  while (!text.empty()) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    const std::string_view line = without_mark(whole);
    const auto first = line.find_first_not_of(" \t\r");
    if (first != std::string_view::npos && line[first] != '#') {
      row = line;
      break;
    }
    text.remove_prefix(std::min(text.size(), whole.size() + 1));
  }
  return *std::ranges::find_if(kFormats, [&](const TextFormat& its) { return its.begins(row); });
}

}  // namespace hogwild
