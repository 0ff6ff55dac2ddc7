// A pipeline of four stages for text: chunks are read in order, processed in parallel, accepted in
// order, and finished in parallel. The third stage throws the first fault in file order. Decisions
// for the whole text are made in the two ordered stages, so they do not depend on the number of
// threads.
#pragma once

#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "data/text/input.hpp"
#include "data/text/parsing.hpp"
#include "data/text/reading_record.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

/// Thread safety: run() from one thread, once. parsing() may be called by work(), and
/// expected_text() by all.
class ChunkPipeline {
 public:
  /// options must outlive this object. Throws OptionError.
  ChunkPipeline(Input input, const std::vector<std::string>& paths, const ReadOptions& options,
                FeatureOrder order = FeatureOrder::ascending, const Answering& answering = {})
      : input_(std::move(input)),
        options_(options),
        parsing_(options, order, answering),
        record_(paths, options) {}

  /// Calls made = work(chunk) for each chunk, on any thread of the arena; accepted = accept(made),
  /// one call at a time in the order of the text, until a call throws; and finish(accepted), on any
  /// thread. At most two chunks per thread are in flight. Throws the exception of accept(), or else
  /// that of reading.
  template <class Work, class Accept, class Finish>
  void run(const Work& work, const Accept& accept, const Finish& finish) {
    using Made = std::invoke_result_t<const Work&, const Chunk&>;
    using Accepted = std::invoke_result_t<const Accept&, Made>;
    // No exception leaves a serial stage: oneTBB leaks the items that are in flight when one does.
    const auto first = [this](tbb::flow_control& flow) {
      if (auto chunk = fetch()) return *std::move(chunk);
      flow.stop();
      return Chunk{};
    };
    const auto third = [&](Made made) -> std::unique_ptr<Accepted> {
      if (accept_failure_) return nullptr;  // a later chunk than the one at fault
      try {
        return std::make_unique<Accepted>(accept(std::move(made)));
      } catch (...) {
        accept_failure_ = std::current_exception();
        stop_.store(true, std::memory_order_relaxed);
        return nullptr;
      }
    };
    using tbb::filter_mode;
    tbb::parallel_pipeline(
        2 * static_cast<std::size_t>(tbb::this_task_arena::max_concurrency()),
        tbb::make_filter<void, Chunk>(filter_mode::serial_in_order, first) &
            tbb::make_filter<Chunk, Made>(filter_mode::parallel,
                                          [&](const Chunk& chunk) { return work(chunk); }) &
            tbb::make_filter<Made, std::unique_ptr<Accepted>>(filter_mode::serial_in_order, third) &
            tbb::make_filter<std::unique_ptr<Accepted>, void>(
                filter_mode::parallel, [&](std::unique_ptr<Accepted> accepted) {
                  if (accepted) finish(std::move(*accepted));
                }));
    // Accepted chunks come before a chunk that could not be read, so their error is thrown first.
    if (accept_failure_) std::rethrow_exception(accept_failure_);
    if (fetch_failure_) std::rethrow_exception(fetch_failure_);
  }

  /// Decided before the first chunk is worked on.
  const Parsing& parsing() const noexcept { return parsing_; }

  /// About how many bytes of text there are; 0 if that can't be known.
  std::uint64_t expected_text() const noexcept {
    return expected_text_.load(std::memory_order_relaxed);  // relaxed: it is only an estimate
  }

  /// The record in which accept() notes each chunk.
  ReadingRecord& record() noexcept { return record_; }

  /// The source of all that was read. Throws DataError if rows is 0. REQUIRES: run() has ended.
  Source source(Offset rows) const {
    Source source = record_.source();
    if (rows == 0 && source.unlabelled_rows > 0) {
      throw NoRowError(source.name(), "no row has a label",
                       "write a label before the bar (only rows to predict need no label)");
    }
    if (rows == 0) {
      throw NoRowError(source.name(), "it has no rows",
                       source.skipped_lines == 0
                           ? "give a file with at least one row"
                           : "every line was skipped: " + source.first_skipped);
    }
    source.format = name_of(parsing_.format());
    source.bytes = input_.bytes_of_text();
    return source;
  }

 private:
  std::optional<Chunk> fetch() {
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

  Input input_;
  const ReadOptions& options_;
  Parsing parsing_;  // decided by fetch() before the first chunk is handed on
  ReadingRecord record_;
  std::atomic<bool> stop_{false};
  std::atomic<std::uint64_t> expected_text_{0};
  std::exception_ptr fetch_failure_;   // of the first stage alone
  std::exception_ptr accept_failure_;  // of the last stage alone
  bool begun_ = false;
};

}  // namespace hogwild
