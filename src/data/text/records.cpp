#include "data/text/records.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <utility>

#include "data/text/byte_order_mark.hpp"

namespace hogwild {
namespace {

// Where the quoted field that opens at `quote` closes: its last quote, or text.size().
std::size_t closing_quote(std::string_view text, std::size_t quote) noexcept {
  for (std::size_t at = quote + 1;; at += 2) {
    at = text.find('"', at);
    if (at == text.npos) return text.size();
    if (at + 1 == text.size() || text[at + 1] != '"') return at;
  }
}

bool opens(std::string_view text, std::size_t quote, const Dialect& dialect) noexcept {
  return quote == 0 || text[quote - 1] == dialect.separator || text[quote - 1] == '\n' ||
         (quote == kUtf8Mark.size() && text.starts_with(kUtf8Mark));
}

}  // namespace

std::size_t end_of_record(std::string_view text, std::size_t at, const Dialect& dialect) noexcept {
  std::size_t line_end = std::min(text.find('\n', at), text.size());
  if (!dialect.quoted) return line_end;
  for (;;) {
    const std::size_t quote = text.substr(0, line_end).find('"', at);
    if (quote == text.npos) return line_end;
    at = quote + 1;
    if (!opens(text, quote, dialect)) continue;
    at = closing_quote(text, quote);
    if (at == text.size()) return at;
    if (++at > line_end) line_end = std::min(text.find('\n', at), text.size());
  }
}

std::size_t end_of_whole_records(std::string_view text, const Dialect& dialect) noexcept {
  if (!dialect.quoted) return text.rfind('\n') + 1;
  std::size_t whole = 0, at = 0;  // outside of quotes
  for (;;) {
    const std::size_t quote = text.find('"', at);
    const std::size_t line_end = text.substr(at, quote - at).rfind('\n');
    if (line_end != text.npos) whole = at + line_end + 1;
    if (quote == text.npos) return whole;
    at = quote + 1;
    if (!opens(text, quote, dialect)) continue;
    at = closing_quote(text, quote);
    if (at == text.size()) return whole;
    ++at;
  }
}

bool FieldReader::next(Field& field) {
  if (ended_) return false;
  if (dialect_.quoted && p_ != end_ && *p_ == '"') {
    const std::string_view rest(p_, end_);
    const std::size_t close = closing_quote(rest, 0);
    std::string_view inside = rest.substr(1, close - 1);
    if (inside.find('"') != inside.npos) {
      unescaped_.clear();
      for (std::size_t at = 0; at < inside.size(); ++at) {
        unescaped_ += inside[at];
        if (inside[at] == '"') ++at;  // the first of two
      }
      inside = unescaped_;
    }
    field = {inside, true};
    const char* const behind = p_ + std::min(close + 1, rest.size());
    broken_ = close == rest.size() || (behind != end_ && *behind != dialect_.separator);
    p_ = std::find(behind, end_, dialect_.separator);
  } else {
    const auto* const found = static_cast<const char*>(
        p_ == end_ ? nullptr
                   : std::memchr(p_, dialect_.separator, static_cast<std::size_t>(end_ - p_)));
    const char* const field_end = found == nullptr ? end_ : found;
    field = {std::string_view(p_, field_end), false};
    p_ = field_end;
  }
  ended_ = p_ == end_;
  if (!ended_) ++p_;
  return true;
}

namespace {

std::string_view without_line_end(std::string_view record) noexcept {
  if (record.ends_with('\r')) record.remove_suffix(1);
  return record;
}

Dialect dialect_of(char separator) noexcept {
  return {.separator = separator, .quoted = separator != '\t'};
}

// Fields of the first records, if they have as many each; else 0.
std::size_t columns_of(std::string_view text, char separator) {
  constexpr int kRecords = 16;
  const Dialect dialect = dialect_of(separator);
  std::size_t columns = 0;
  std::size_t at = 0;
  for (int k = 0; k < kRecords && at < text.size(); ++k) {
    const std::size_t end = end_of_record(text, at, dialect);
    if (end == text.size() && k > 0) break;  // it may be cut short
    const std::string_view record = without_line_end(text.substr(at, end - at));
    at = end + 1;
    if (record.empty()) continue;
    std::size_t fields = 0;
    FieldReader reader(record, dialect);
    for (Field field; reader.next(field);) ++fields;
    if (columns != 0 && fields != columns) return 0;
    columns = fields;
  }
  return columns;
}

}  // namespace

char sniff_separator(std::string_view text) noexcept {
  text = without_mark(text);
  constexpr std::array kSeparators{'\t', ',', ';'};
  std::size_t most = 1;
  char likeliest = '\0';
  for (const char separator : kSeparators) {
    const std::size_t columns = columns_of(text, separator);
    if (columns > most) {
      most = columns;
      likeliest = separator;
    }
  }
  return likeliest;
}

std::shared_ptr<const TableHead> head_of(std::string_view text, char separator) {
  text = without_mark(text);
  if (separator == '\0') separator = sniff_separator(text);
  TableHead head{.dialect = dialect_of(separator == '\0' ? ',' : separator), .first_record = {}};
  for (std::size_t at = 0; at < text.size() && head.first_record.empty();) {  // past empty lines
    const std::size_t end = end_of_record(text, at, head.dialect);
    head.first_record = without_line_end(text.substr(at, end - at));
    if (head.first_record.empty()) ++head.line;
    at = end + 1;
  }
  return std::make_shared<const TableHead>(std::move(head));
}

}  // namespace hogwild
