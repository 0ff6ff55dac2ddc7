// Text whose rows are used while it is read, and never held all at once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/data/reader.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Text files, "-" being the standard input, of which a sample has been seen. A stream's features
/// are numbered as the text numbers them, or hashed, or, if they have names or more than 22 bits of
/// a hash, as they are met.
/// Thread safety: from one thread at a time.
class RowStream {
 public:
  /// Takes the sample: some 16 MB of text, or a quarter of the memory limit, from all over the
  /// files where they are plain files, else the first of it. Throws IoError if a file can't be
  /// read; OptionError for options out of range; DataError for no path. Malformed rows of the
  /// sample are left out: they are errors when their turn comes.
  explicit RowStream(const std::vector<std::string>& paths, ReadOptions options = {});
  ~RowStream();
  /// The other one is left empty.
  RowStream(RowStream&&) noexcept;
  /// The other one is left empty.
  RowStream& operator=(RowStream&&) noexcept;

  /// Rows in the order of the text, in the space of features(), or in one of their own where
  /// features are numbered as they are met; nothing if there is no row to be had from the text
  /// seen.
  const std::optional<Dataset>& sample() const noexcept;

  /// Whether the sample is all there is.
  bool is_all_seen() const noexcept;

  /// Of all the text, about; 0 if that can't be known (a pipe).
  std::uint64_t bytes_of_text() const noexcept;

  /// Whether the text can be read more than once: all of it is in files.
  bool can_repeat() const noexcept;

  /// Of the rows as they come: numbers from 0 to the largest there may be, or to 2^hash_bits.
  FeatureSpace features() const;

  /// How to read other rows that go with these, e.g. validation rows: in the space of features(),
  /// or, where features are numbered as they are met, in a space of their own.
  ReadOptions for_other_rows() const;

  /// What was found where the rows have been used: lines, and those that were skipped.
  const Source& source() const noexcept;

  /// Reads all rows into memory, as read() does. REQUIRES: can_repeat(), or nobody has read yet.
  Dataset read();

  /// What the library itself reads from.
  struct Text;
  /// The text behind it; for this library alone.
  Text& text() noexcept { return *text_; }
  /// The text behind it; for this library alone.
  const Text& text() const noexcept { return *text_; }

 private:
  std::unique_ptr<Text> text_;
};

}  // namespace hogwild
