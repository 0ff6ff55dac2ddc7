#include "data/text/other_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>

#include "data/text/byte_order_mark.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

std::optional<OtherFormat> wide_characters(std::string_view text) {
  const std::string_view encoding = marked_wide_encoding(text);
  if (encoding.empty()) return std::nullopt;
  return OtherFormat{
      0, fmt::format("the text is {}, by its byte order mark", encoding),
      fmt::format("convert it: iconv -f {} -t UTF-8 FILE | hogwild ... -", encoding)};
}

}  // namespace

std::optional<OtherFormat> other_format(std::string_view text) {
  return wide_characters(text);
}

void require_rows(const std::string& path, std::string_view text) {
  const auto other = other_format(text);
  if (!other) return;
  if (other->line == 0) throw DataError(path, other->reason, other->remedy);
  throw ParseError(path, other->line, 1, other->reason, other->remedy);
}

}  // namespace hogwild
