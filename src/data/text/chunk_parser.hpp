// One chunk of text to a batch of rows, or to the place of what is wrong with it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "data/formats/parser.hpp"
#include "data/rows/row_batch.hpp"
#include "data/text/input.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

struct SpottedFault {
  std::uint64_t line;  // of the chunk, from 1
  std::uint64_t column;
  std::string reason;
  std::string remedy;
};

/// Adds the rows of a chunk to a batch that has none; returns the first fault, after which there
/// are no more rows under OnError::fail. REQUIRES: format is not automatic.
std::optional<SpottedFault> parse_rows(const Chunk& chunk, Format format, const ParseRules& rules,
                                       OnError on_error, RowBatch& batch);

}  // namespace hogwild
