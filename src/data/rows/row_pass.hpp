// Rows of text in the space of a model, looked at while they are read and never held all at once.
#pragma once

#include <tbb/enumerable_thread_specific.h>
#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "data/text/chunk_pipeline.hpp"
#include "data/text/parsing.hpp"
#include "data/text/reading_record.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/hogdata.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

/// What a pass has gone through.
struct PassedRows {
  Source source;
  Offset rows = 0;
  Offset nonzeros = 0;  ///< of features that the space has
};

/// The same for rows that are held: a batch is some of them. The record has heard of nothing.
template <class Look, class Take>
PassedRows pass_over_held(const Dataset& data, const ReadOptions& options, const Look& look,
                          const Take& take) {
  constexpr Offset kBatchRows = 4096;
  using Made = std::invoke_result_t<const Look&, const RowBatch&>;
  const ReadingRecord record(data.source().paths, options);
  tbb::enumerable_thread_specific<RowBatch> batches;
  Offset next = 0;
  const auto begin_of_batch = [&](tbb::flow_control& flow) {
    if (next >= data.rows()) flow.stop();
    return std::exchange(next, next + kBatchRows);
  };
  const auto look_at = [&](Offset begin) {
    RowBatch& batch = batches.local();
    batch.clear();
    for (Offset i = begin; i < std::min(begin + kBatchRows, data.rows()); ++i) {
      const SparseRow row = data.row(i);
      for (std::size_t k = 0; k < row.nonzeros(); ++k) batch.add(row.indices[k], row.value(k));
      batch.end_plain_row(row.label, row.values.empty(), batch.indices.size());
    }
    return look(batch);
  };
  tbb::task_arena arena(reading_threads(options));
  arena.execute([&] {
    tbb::parallel_pipeline(
        2 * static_cast<std::size_t>(tbb::this_task_arena::max_concurrency()),
        tbb::make_filter<void, Offset>(tbb::filter_mode::serial_in_order, begin_of_batch) &
            tbb::make_filter<Offset, Made>(tbb::filter_mode::parallel, look_at) &
            tbb::make_filter<Made, void>(tbb::filter_mode::serial_in_order,
                                         [&](const Made& made) { take(made, record); }));
  });
  return {data.source(), data.rows(), data.nonzeros()};
}

/// Reads text as read() does, in the space of options.features, on as many threads as options
/// allow. look(batch) makes something of the rows of a chunk, on any thread; take(made, record) is
/// given it, alone and in the order of the text, after the record has heard of the chunk. Nothing
/// is taken of a chunk with a fault, nor of any after it or after an exception of take(). It takes
/// the memory of two chunks a thread and of what look() made of them. Throws as read() does, and
/// what take() throws. REQUIRES: options.features.
template <class Look, class Take>
PassedRows pass_over_rows(const std::vector<std::string>& paths, const ReadOptions& options,
                          const Look& look, const Take& take, const Answering& answering = {}) {
  struct Looked {
    std::size_t file;
    ChunkNotes notes;
    std::optional<SpottedFault> fault;
    Offset rows;
    Offset nonzeros;
    std::invoke_result_t<const Look&, const RowBatch&> made;
  };
  if (paths.empty()) throw OptionError("data", "no file is named");
  if (is_hogdata(paths.front())) return pass_over_held(read(paths, options), options, look, take);
  Input input(paths, TextKind(options));
  if (answering.each_line) input.hand_on_at_once();
  ChunkPipeline pipeline(std::move(input), paths, options, FeatureOrder::any, answering);
  tbb::enumerable_thread_specific<RowBatch> batches;
  const auto look_at = [&](const Chunk& chunk) {
    RowBatch& batch = batches.local();
    batch.clear();
    const Parsing& parsing = pipeline.parsing();
    auto fault = parse_rows(chunk, parsing.format(), parsing.rules(), options.on_error, batch);
    batch.renumber_for(*options.features);
    return Looked{chunk.file,           batch,      std::move(fault), batch.rows(),
                  batch.indices.size(), look(batch)};
  };
  PassedRows passed;
  const auto accept = [&](Looked looked) {  // and nothing is left to be done
    ReadingRecord& record = pipeline.record();
    record.accept(looked.file, looked.notes, looked.fault);
    passed.rows += looked.rows;
    passed.nonzeros += looked.nonzeros;
    take(std::move(looked.made), std::as_const(record));
    return std::monostate();
  };
  tbb::task_arena arena(reading_threads(options));
  arena.execute([&] { pipeline.run(look_at, accept, [](std::monostate) {}); });
  passed.source = pipeline.source(passed.rows);
  return passed;
}

}  // namespace hogwild
