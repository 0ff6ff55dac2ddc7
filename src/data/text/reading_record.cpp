#include "data/text/reading_record.hpp"

#include <algorithm>

#include "hogwild/core/error.hpp"

namespace hogwild {

void ReadingRecord::accept(std::size_t file, const ChunkNotes& notes,
                           const std::optional<SpottedFault>& fault) {
  if (file != file_) {
    file_ = file;
    lines_before_ = 0;
  }
  const std::string& path = paths_[file];
  if (fault) {
    const ParseError error(path, lines_before_ + fault->line, fault->column, fault->reason,
                           fault->remedy);
    if (options_.on_error == OnError::fail) throw error;
    if (source_.first_skipped.empty()) source_.first_skipped = error.what();
  }
  const auto note = [&](const LabelSpot& spot) {
    seen_.note(spot.label, [&] { return Place{path, lines_before_ + spot.line, spot.column}; });
  };
  if (!options_.class_labels) std::ranges::for_each(notes.label_spots, note);
  if (notes.unlabelled_spot) note(*notes.unlabelled_spot);
  lines_before_ += notes.lines;
  source_.lines += notes.lines;
  source_.skipped_lines += notes.skipped_lines;
  source_.unknown_features += notes.unknown_features;
  all_ones_ &= notes.all_ones;
  has_zero_index_ |= notes.has_zero_index;
  has_weights_ |= notes.has_weights;
}

}  // namespace hogwild
