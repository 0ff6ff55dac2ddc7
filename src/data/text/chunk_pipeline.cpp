#include "data/text/chunk_pipeline.hpp"

#include "hogwild/core/error.hpp"

namespace hogwild {

ChunkPipeline::ChunkPipeline(Input input, const std::vector<std::string>& paths,
                             const ReadOptions& options)
    : input_(std::move(input)), options_(options), parsing_(options), record_(paths, options) {}

std::optional<Chunk> ChunkPipeline::fetch() {
  try {
    // Relaxed: a hint to end soon; a chunk too many does no harm.
    if (stop_.load(std::memory_order_relaxed)) return std::nullopt;
    auto chunk = input_.next();
    if (!chunk) return std::nullopt;
    // The parsers of later chunks see the decision: the chunk is handed on after it is made.
    if (!std::exchange(begun_, true)) {
      parsing_.decide_format(*chunk, record_.source().paths[chunk->file]);
    }
    // Of compressed files as much again for each byte as there was so far.
    if (const std::uint64_t consumed = input_.bytes_consumed(); consumed > 0) {
      const double ratio =
          static_cast<double>(input_.bytes_of_text()) / static_cast<double>(consumed);
      expected_text_.store(
          static_cast<std::uint64_t>(ratio * static_cast<double>(input_.bytes_total())),
          std::memory_order_relaxed);
    }
    if (options_.progress) options_.progress(input_.bytes_consumed(), input_.bytes_total());
    return chunk;
  } catch (...) {
    fetch_failure_ = std::current_exception();
    return std::nullopt;
  }
}

Source ChunkPipeline::source(Offset rows) const {
  Source source = record_.source();
  if (rows == 0) {
    throw NoRowError(source.name(), "it has no rows",
                     source.skipped_lines == 0 ? "give a file with at least one row"
                                               : "every line was skipped: " + source.first_skipped);
  }
  source.format = name_of(parsing_.format());
  source.bytes = input_.bytes_of_text();
  return source;
}

}  // namespace hogwild
