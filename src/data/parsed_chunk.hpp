// One chunk of text to a batch of rows, or to the place of what is wrong with it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "data/input.hpp"
#include "data/parser.hpp"
#include "data/row_batch.hpp"
#include "hogwild/core/array.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

struct SpottedFault {
  std::uint64_t line;  // of the chunk, from 1
  std::uint64_t column;
  std::string reason;
  std::string remedy;
};

struct ParsedChunk {
  std::size_t file = 0;
  RowBatch batch;                     ///< values may be empty: all are 1
  std::optional<SpottedFault> fault;  ///< the first; the batch ends there under OnError::fail
};

/// Adds the rows of a chunk to a batch that has none; returns the first fault, after which there
/// are no more rows under OnError::fail. REQUIRES: format is not automatic.
std::optional<SpottedFault> parse_rows(const Chunk& chunk, Format format, const ParseRules& rules,
                                       OnError on_error, RowBatch& batch);

/// Room for a chunk's non-zeros while it is parsed, one chunk after the other in the same memory:
/// it stays in cache, and what is kept of a chunk is as large as it needs to be.
struct ChunkRoom {
  Array<Index> indices;
  Array<float> values;
};

/// The same, for a batch that is kept. REQUIRES: nobody else uses the room.
ParsedChunk parse_chunk(const Chunk& chunk, Format format, const ParseRules& rules,
                        OnError on_error, ChunkRoom& room);

}  // namespace hogwild
