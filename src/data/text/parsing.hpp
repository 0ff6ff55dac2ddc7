// What reading decides before the first line is parsed: the rules, and the format of the text.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "data/formats/parser.hpp"
#include "data/formats/registry.hpp"
#include "data/rows/row_batch.hpp"
#include "data/text/input.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

/// As text_format() calls it. REQUIRES: it is decided.
inline std::string name_of(Format format) {
  return std::string(text_format(format).name);
}

/// Of the features in a row.
enum class FeatureOrder {
  ascending,
  any,  ///< hashed features stay in the text's order where none occurs twice
};

/// What is asked of rows that are answered.
struct Answering {
  bool each_line = false;  ///< a line of nothing is a row without features, and no line of a pipe
                           ///< waits for the next
  bool tags = false;       ///< batches keep the tags of rows
};

/// Thread safety: decide_format() alone, before anything is parsed; the rest is const.
class Parsing {
 public:
  /// options must live as long. Throws OptionError.
  explicit Parsing(const ReadOptions& options, FeatureOrder order = FeatureOrder::ascending,
                   const Answering& answering = {});
  Parsing(const Parsing&) = delete;  // rules point into it
  Parsing& operator=(const Parsing&) = delete;

  /// By the first chunk of the file at path, unless the options say. Throws DataError if rows are
  /// read in the space of another format.
  void decide_format(const Chunk& first, const std::string& path);

  /// An index from there on is a fault. REQUIRES: features are not hashed, and no space was given.
  void end_indices_at(std::uint64_t end) noexcept { rules_.known_end = end; }

  Format format() const noexcept { return format_; }
  const ParseRules& rules() const noexcept { return rules_; }

  /// By which rows become features; null where the format needs none.
  const std::shared_ptr<const Recipe>& recipe() const noexcept { return recipe_; }

 private:
  const ReadOptions& options_;
  void decide_recipe(const Chunk& first, const std::string& path);
  void decide_namespaces(const Chunk& first, const std::string& path);

  Format format_;
  ParseRules rules_;
  std::shared_ptr<const Recipe> recipe_;
  FeatureNames known_classes_;  // that labels are among, if there are such
};

/// As read() does; paths name the files of the input.
Dataset read(Input input, const std::vector<std::string>& paths, const ReadOptions& options);

/// Throws DataError if nothing can be learnt from all the data: it has no feature, or, of many
/// rows, a class for each. Data in the space of a model may be so.
void require_learnable(const Dataset& data, const ReadOptions& options);

/// The same for all parts of the data; rows and nonzeros are their totals. classes: found there,
/// or null.
void require_learnable(const std::string& name, Offset rows, Offset nonzeros,
                       const ClassNames& classes);

/// As many threads as reading with these options may use.
int reading_threads(const ReadOptions& options);

/// Whether the label of a text's first row is a word, and so the name of a class. Of the options,
/// those that tell where a label ends are used.
bool first_label_is_word(std::string_view text, Format format, const ReadOptions& options);

/// Features of a space that is known, after the rows of a batch have been parsed: hashes become
/// numbers, and words are weighed.
void finish_features(const ParseRules& rules, RowBatch& batch);

struct SpottedFault {
  std::uint64_t line;  // of the chunk, from 1
  std::uint64_t column;
  std::string reason;
  std::string remedy;
  bool is_fatal = false;  // of the whole file, whatever is done at malformed lines
};

/// Adds the rows of a chunk to a batch that has none; returns the first fault, after which there
/// are no more rows under OnError::fail. REQUIRES: format is not automatic.
std::optional<SpottedFault> parse_rows(const Chunk& chunk, Format format, const ParseRules& rules,
                                       OnError on_error, RowBatch& batch);

}  // namespace hogwild
