// What reading has found, chunk by chunk in the order of the files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "data/rows/row_batch.hpp"
#include "data/text/parsing.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/data/reader.hpp"

namespace hogwild {

class ReadingRecord {
 public:
  ReadingRecord(std::vector<std::string> paths, const ReadOptions& options)
      : options_(options), paths_(std::move(paths)) {
    source_.paths = paths_;
  }

  /// Notes the next chunk of the files. Throws ParseError for its fault, unless malformed lines are
  /// skipped; then it is counted.
  void accept(std::size_t file, const ChunkNotes& notes, const std::optional<SpottedFault>& fault);

  /// The place of a line of the chunk accepted last.
  Place place(const Place& in_chunk) const {
    return {paths_[file_], chunk_at_ + in_chunk.line, in_chunk.column};
  }

  const Source& source() const noexcept { return source_; }
  const SeenLabels& seen_labels() const noexcept { return seen_; }
  bool all_ones() const noexcept { return all_ones_; }
  bool has_weights() const noexcept { return has_weights_; }

  /// What the files add to a libsvm index: 0 or 1.
  int index_base() const noexcept {
    const bool zero_based = options_.index_base == IndexBase::zero ||
                            (options_.index_base == IndexBase::automatic && has_zero_index_);
    return zero_based ? 0 : 1;
  }

 private:
  const ReadOptions& options_;
  std::vector<std::string> paths_;
  Source source_;
  SeenLabels seen_;
  std::size_t file_ = 0;
  std::uint64_t chunk_at_ = 0;  // lines of that file before the last chunk
  std::uint64_t lines_ = 0;     // of that file so far
  bool all_ones_ = true;
  bool has_zero_index_ = false;
  bool has_weights_ = false;
};

}  // namespace hogwild
