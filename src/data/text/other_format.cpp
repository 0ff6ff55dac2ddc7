#include "data/text/other_format.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

#include "data/formats/parser.hpp"
#include "data/text/byte_order_mark.hpp"
#include "data/text/containers.hpp"
#include "data/text/number.hpp"
#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

constexpr std::string_view kToRows =
    "give --format csv for a table, --format jsonl for an object a line, or rows of libsvm text "
    "(`label index:value ...`) or VW text (`label |namespace name:value ...`)";

std::optional<OtherFormat> wide_characters(std::string_view text) {
  const std::string_view marked = marked_wide_encoding(text);
  const std::string_view encoding = marked.empty() ? wide_encoding(text) : marked;
  if (encoding.empty()) return std::nullopt;
  return OtherFormat{
      0,
      fmt::format("the text is {}, by {}", encoding,
                  marked.empty() ? "the zeros between its bytes" : "its byte order mark"),
      fmt::format("convert it: iconv -f {} -t UTF-8 FILE | hogwild ... -", encoding)};
}

std::optional<OtherFormat> bytes_that_are_no_text(std::string_view text) {
  if (const Container* const packed = container_of(text.substr(0, kLongestMagic))) {
    // The first of them is read here, the next is not.
    return OtherFormat{0, fmt::format("the file, once decompressed, is {}", packed->name),
                       packed->compression ? "decompress it before" : std::string(packed->remedy)};
  }
  constexpr std::size_t kLooked = 4096;
  const std::size_t zero = text.substr(0, kLooked).find('\0');
  if (zero == std::string_view::npos) return std::nullopt;
  const std::string_view before = text.substr(0, zero);
  return OtherFormat{static_cast<std::uint64_t>(std::ranges::count(before, '\n')) + 1,
                     "this is not text: it has bytes that are 0",
                     "give libsvm or VW text, or a file that hogwild convert made"};
}

bool has_feature(std::string_view row) {
  const char* const end = row.data() + row.size();
  for (const char* p = skip_blanks(row.data(), end); p != end; p = skip_blanks(p, end)) {
    const char* const token_end = std::find_if(p, end, is_blank);
    std::uint64_t index = 0;
    const NumberEnd number = parse_integer(p, token_end, index);
    const bool numbered =
        number.fault != NumberFault::not_a_number && number.end != token_end && *number.end == ':';
    if (numbered && std::find(number.end + 1, token_end, ':') == token_end) return true;
    p = token_end;
  }
  return false;
}

// Formats that the first row tells by how it begins.
struct Beginning {
  std::string_view begin;
  std::string_view name;
};
constexpr Beginning kBeginnings[] = {
    {"{\"", "JSON"},       {"{ \"", "JSON"},
    {"[{", "JSON"},        {"[[", "JSON"},
    {"[\"", "JSON"},       {"<?xml", "XML"},
    {"<html", "HTML"},     {"<!doctype", "HTML"},
    {"@relation", "ARFF"}, {"%%matrixmarket", "Matrix Market text"}};

std::string_view named_by_beginning(std::string_view row) {
  if (row == "[" || row == "{") return "JSON";
  for (const auto& [begin, name] : kBeginnings) {
    const std::string_view head = row.substr(0, begin.size());
    const auto same = [](char a, char b) { return (a | 0x20) == (b | 0x20); };
    if (head.size() == begin.size() && std::ranges::equal(head, begin, same)) return name;
  }
  return "";
}

// Columns of a table, with a separator between them. The commas of the first may be those of
// decimals.
struct Table {
  char separator;
  std::string_view name;
};
constexpr std::array kTables{Table{';', "CSV: columns with semicolons between them"},
                             Table{',', "CSV: columns with commas between them"},
                             Table{'\t', "TSV: columns with tabs between them"}};

bool is_of_table(std::string_view row, char separator) {
  const std::size_t at = row.find(separator);
  return at != std::string_view::npos && row.find_first_not_of(" \t", at + 1) != row.npos;
}

std::string_view trimmed(std::string_view line) {
  line = without_mark(line);
  line.remove_prefix(std::min(line.size(), line.find_first_not_of(" \t\r")));
  return line.substr(0, line.find_last_not_of(" \t\r") + 1);
}

}  // namespace

std::optional<OtherFormat> no_text(std::string_view text) {
  if (auto found = wide_characters(text)) return found;
  return bytes_that_are_no_text(text);
}

std::optional<OtherFormat> other_format(std::string_view text) {
  if (auto found = no_text(text)) return found;
  // Of a table all rows are, as many as are looked at; rows have a bar or a feature soon.
  constexpr std::uint64_t kRowsLooked = 16;
  std::uint64_t rows = 0, lines = 0, first = 0;
  std::array<bool, kTables.size()> may_be{};
  may_be.fill(true);
  while (!text.empty() && rows < kRowsLooked) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), whole.size() + 1));
    ++lines;
    const std::string_view row = trimmed(whole);
    if (row.empty() || row.front() == '#') continue;
    if (++rows == 1) {
      first = lines;
      if (const std::string_view name = named_by_beginning(row); !name.empty()) {
        return OtherFormat{first, fmt::format("this looks like {}", name), std::string(kToRows)};
      }
    }
    if (row.find('|') != row.npos || has_feature(row) || begins_libffm(row)) return std::nullopt;
    for (std::size_t k = 0; k < kTables.size(); ++k) {
      may_be[k] = may_be[k] && is_of_table(row, kTables[k].separator);
    }
  }
  const auto* const table = std::ranges::find(may_be, true);
  if (rows == 0 || table == may_be.end()) return std::nullopt;
  const auto& its = kTables[static_cast<std::size_t>(table - may_be.begin())];
  return OtherFormat{first, fmt::format("this looks like {}", its.name), std::string(kToRows)};
}

namespace {

void refuse(const std::string& path, const std::optional<OtherFormat>& other) {
  if (!other) return;
  if (other->line == 0) throw DataError(path, other->reason, other->remedy);
  throw ParseError(path, other->line, 1, other->reason, other->remedy);
}

}  // namespace

void require_text(const std::string& path, std::string_view text) {
  refuse(path, no_text(text));
  const std::string_view first = trimmed(text.substr(0, text.find('\n')));
  const std::string_view name = first.starts_with('{') ? "" : named_by_beginning(first);
  if (name.empty()) return;
  throw ParseError(
      path, 1, 1, fmt::format("this looks like {}", name),
      name == "JSON" ? "write one object a line: jq -c '.[]' FILE" : std::string(kToRows));
}

void require_rows(const std::string& path, std::string_view text) {
  refuse(path, other_format(text));
}

}  // namespace hogwild
