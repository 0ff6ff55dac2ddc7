// The seam between text formats and the reader: a format is one function from a line to a row.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "data/rows/hashes.hpp"
#include "data/rows/row_batch.hpp"
#include "data/text/number.hpp"
#include "data/text/numbers.hpp"
#include "data/text/scan.hpp"

namespace hogwild {

class RowMaker;

/// How features of a line become numbers; decided before the first line is read.
struct ParseRules {
  Duplicates duplicates = Duplicates::refuse;
  int hash_bits = 0;
  bool any_order = false;  ///< hashed features of a row need not ascend, if none occurs twice
  bool one_based = false;  ///< index 0 is a fault
  std::uint64_t known_end = kMaxIndex + std::uint64_t{1};  ///< an index from here on is a fault,
  bool drop_unknown = false;                     ///< or, where this is set, left out and counted
  const FeatureNames* known_names = nullptr;     ///< look names up here; those missing are left out
  const FeatureNumbers* known_hashes = nullptr;  ///< the same of hashes
  bool class_labels = false;                     ///< labels are names, numbered by the batch
  const FeatureNames* known_classes = nullptr;   ///< if set: labels are among these, or a fault
  const Recipe* recipe = nullptr;                ///< of a format that needs one
  bool skip_unlabelled = false;                  ///< rows without a label are left out and counted
  bool ignore_query_ids = false;                 ///< of libsvm rows; else they are faults
  bool weights_in_label = false;                 ///< a libsvm label may be `label:weight`
  bool empty_rows = false;  ///< a line of nothing is a row without features; else it is none
  bool tags = false;        ///< the batch keeps the rows' tags

  /// Whether labels make the classes, and so have to be sound: not those of rows to predict.
  bool finds_classes() const noexcept {
    return class_labels && known_classes == nullptr && !drop_unknown;
  }
};

/// One line, without its end, to one row of batch. On a fault the row is left open. maker: of the
/// same rules and batch, or null if they have no recipe.
using ParseLine = std::optional<Fault> (*)(std::string_view line, std::uint64_t line_number,
                                           const ParseRules& rules, RowBatch& batch,
                                           RowMaker* maker);

std::optional<Fault> parse_libsvm_line(std::string_view line, std::uint64_t line_number,
                                       const ParseRules& rules, RowBatch& batch,
                                       RowMaker* maker = nullptr);
std::optional<Fault> parse_vw_line(std::string_view line, std::uint64_t line_number,
                                   const ParseRules& rules, RowBatch& batch,
                                   RowMaker* maker = nullptr);
std::optional<Fault> parse_libffm_line(std::string_view line, std::uint64_t line_number,
                                       const ParseRules& rules, RowBatch& batch,
                                       RowMaker* maker = nullptr);

/// Whether text whose first row that is may be libffm text.
bool begins_libffm(std::string_view row, std::string_view text = {});

/// The end of the lines that have enough of the text behind them to be parsed by ParsePlain.
inline std::size_t end_of_padded_lines(std::string_view text) noexcept {
  if (text.size() < kReadPast) return 0;
  const std::size_t last = text.rfind('\n', text.size() - kReadPast);
  return last == std::string_view::npos ? 0 : last + 1;
}

/// Rows from lines of text, as long as each is plain; see parse_plain_libsvm().
using ParsePlain = std::size_t (*)(std::string_view text, std::size_t begin, std::size_t end,
                                   const ParseRules& rules, RowBatch& batch, RowMaker* maker);

/// Rows from the lines between `begin` and `end`, as long as each is plain: a label, ascending
/// features, blanks between them, a line end. Returns where the first line begins that is not,
/// which parse_libsvm_line() has to decide. Adds no line that it stops at. REQUIRES: kReadBefore
/// <= begin < end <= end_of_padded_lines().
std::size_t parse_plain_libsvm(std::string_view text, std::size_t begin, std::size_t end,
                               const ParseRules& rules, RowBatch& batch, RowMaker* maker = nullptr);

/// The same of VW text: a label, a blank, namespaces and names with or without values, blanks
/// between them, a line end.
std::size_t parse_plain_vw(std::string_view text, std::size_t begin, std::size_t end,
                           const ParseRules& rules, RowBatch& batch, RowMaker* maker = nullptr);

/// Appends a namespace or a name to the name of a feature, "namespace^name". A '^' within either
/// becomes ":^", and no namespace ends with a colon: so no two features have one name. Where names
/// are hashed they are taken as they stand.
inline void append_part(std::string& to, std::string_view part, const ParseRules& rules) {
  for (const char c : part) {
    if (c == '^' && rules.hash_bits == 0) to += ':';
    to += c;
  }
}

/// The namespace of a feature, as append_part() wrote it: up to a '^' without a colon before it.
inline std::string_view namespace_of(std::string_view name) noexcept {
  std::size_t end = name.find('^');
  while (end != name.npos && end > 0 && name[end - 1] == ':') end = name.find('^', end + 1);
  return name.substr(0, end == name.npos ? 0 : end);
}

/// The number of the feature of that name, built by append_part(); nothing if it is unknown.
std::optional<Index> number_of(const std::string& name, const ParseRules& rules, RowBatch& batch);

/// Adds the feature of that name to the open row, or counts it as unknown.
void add_named(const std::string& name, float value, const ParseRules& rules, RowBatch& batch);

/// Ends a row of features that have names, and notes its label.
std::optional<Fault> end_named_row(const char* at, float label, float weight, std::uint64_t column,
                                   std::uint64_t line_number, const ParseRules& rules,
                                   RowBatch& batch);

/// The token at p as a message shows it: cut to 40 bytes, what is not printable escaped.
std::string quoted_token(const char* p, const char* end);

inline bool is_blank(char c) noexcept {
  return c == ' ' || c == '\t';
}

inline const char* skip_blanks(const char* p, const char* end) noexcept {
  while (p != end && is_blank(*p)) ++p;
  return p;
}

/// The number of a class, by its canonical name. A fault if it is none that is known.
std::optional<Fault> number_class(std::string_view name, const char* at, const ParseRules& rules,
                                  RowBatch& batch, float& label);

/// The same of the class that a label's text names, which must be one token.
std::optional<Fault> parse_class(std::string_view text, const ParseRules& rules, RowBatch& batch,
                                 float& label);

/// The label of a plain line; false if that is left to the format's ParseLine.
bool parse_plain_label(const char* begin, const char* end, const ParseRules& rules, RowBatch& batch,
                       float& label);

/// Whether a number stands from p to end.
bool is_whole_number(const char* p, const char* end, float& number) noexcept;

/// The number that stands from p to end, or the fault that it is not `what`, e.g. "a label".
std::optional<Fault> parse_whole_number(const char* p, const char* end, const char* what,
                                        float& number);

/// The fault of a number at p that should be `what`, e.g. "a label".
Fault bad_number(const char* p, const char* end, NumberFault fault, const char* what);

}  // namespace hogwild
