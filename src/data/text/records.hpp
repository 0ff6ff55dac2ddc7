// Records of tables in text: fields with a separator between them, some in quotes, within which
// separators and line ends may stand (RFC 4180, 2005).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace hogwild {

/// How the records of a file are written. A quote opens a quoted field only as its first byte;
/// elsewhere it is a byte like others.
struct Dialect {
  char separator = ',';
  bool quoted = true;  ///< whether fields may be in quotes: tabs mostly come without
};

/// What the first record of a file says about the others.
struct TableHead {
  Dialect dialect;
  std::string first_record;  ///< without its line end
  std::uint64_t line = 1;    ///< where it begins
};

/// The position of the '\n' that ends the record that begins at `at`, or text.size().
std::size_t end_of_record(std::string_view text, std::size_t at, const Dialect& dialect) noexcept;

/// Behind the last line end in text that ends a record; 0 if there is none. REQUIRES: a record
/// begins at its first byte.
std::size_t end_of_whole_records(std::string_view text, const Dialect& dialect) noexcept;

/// A field as it stands, or, where it was in quotes, without them.
struct Field {
  std::string_view text;
  bool quoted = false;
};

/// The fields of a record, one after the other.
class FieldReader {
 public:
  /// record is without its line end.
  FieldReader(std::string_view record, const Dialect& dialect) noexcept
      : p_(record.data()), end_(p_ + record.size()), dialect_(dialect) {}

  /// The next field, valid until the next call; false after the last. A quoted field that is not
  /// closed, or has something behind its last quote, is_broken().
  bool next(Field& field);

  /// Where the next field begins.
  const char* at() const noexcept { return p_; }

  bool is_broken() const noexcept { return broken_; }

 private:
  const char* p_;
  const char* end_;
  Dialect dialect_;
  bool ended_ = false;
  bool broken_ = false;
  std::string unescaped_;
};

/// The separator that text is most likely written with, if it is a table: each of its first records
/// has the same number of fields, two at least. '\0' if it is none.
char sniff_separator(std::string_view text) noexcept;

/// The head of a file that begins so. separator: '\0', or what the user says.
std::shared_ptr<const TableHead> head_of(std::string_view text, char separator);

}  // namespace hogwild
