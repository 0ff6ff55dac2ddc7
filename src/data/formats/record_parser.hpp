// The seam between formats whose rows become features by a recipe and the reader: records to rows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "data/formats/parser.hpp"
#include "data/recipe/choose.hpp"
#include "data/text/input.hpp"

namespace hogwild {

/// Why no row of a file can be read by the recipe, and what the user can do.
struct Misfit {
  std::string reason;
  std::string remedy;
};

/// Reads the records of one chunk to rows of one batch.
class RecordParser {
 public:
  RecordParser() = default;
  virtual ~RecordParser() = default;
  RecordParser(const RecordParser&) = delete;
  RecordParser& operator=(const RecordParser&) = delete;

  /// Whether the chunk's file does not fit the recipe.
  virtual const std::optional<Misfit>& misfit() const noexcept { return fits_; }

  /// The position of the '\n' that ends the record that begins at `at`, or text.size().
  virtual std::size_t end_of_record(std::string_view text, std::size_t at) const {
    return std::min(text.find('\n', at), text.size());
  }

  /// Rows from the records from `at` on, as long as each is plain: on one line, without a fault.
  /// Returns where the first record begins that is not, which parse() has to decide. end: see
  /// end_of_padded_lines().
  virtual std::size_t parse_plain(std::string_view text, std::size_t at, std::size_t end) {
    static_cast<void>(text), static_cast<void>(end);
    return at;
  }

  /// One record, without its line end, to one row, or to none. On a fault the row is left open.
  virtual std::optional<Fault> parse(std::string_view record, std::uint64_t line) = 0;

  /// Forgets what was taken of the open row.
  virtual void drop_row() = 0;

 private:
  inline static const std::optional<Misfit> fits_{};
};

/// What a format has whose rows become features by a recipe.
struct RecordFormat {
  /// A recipe for text that begins so, by what the user says. path: for messages. Throws as
  /// choose_recipe(), and ParseError.
  ChosenRecipe (*choose)(const Chunk& first, const ColumnOptions& options, const std::string& path);

  /// All must outlive it. REQUIRES: rules.recipe.
  std::unique_ptr<RecordParser> (*parser)(const Chunk& chunk, const ParseRules& rules,
                                          RowBatch& batch);
};

/// Tables, JSON lines, and labels with a text.
extern const RecordFormat kTables, kJsonLines, kLabelledText;

/// Whether a token of the row is a feature of libsvm text.
bool has_numbered_feature(std::string_view row);

bool begins_table(std::string_view row, std::string_view text);
bool begins_json_lines(std::string_view row, std::string_view text);
bool begins_labelled_text(std::string_view row, std::string_view text);

}  // namespace hogwild
