// What a parser makes of one chunk of text: rows with the file's own numbers, or with numbers into
// a dictionary of the batch's own. The reader joins the batches of all chunks into a Dataset.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/core/array.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/data/row.hpp"

namespace hogwild {

/// Why a line can't be read: the position, the reason, and what the user can do.
struct Fault {
  const char* at;
  std::string reason;
  std::string remedy;
};

/// Properties of a chunk's rows, collected while they are parsed.
struct ChunkNotes {
  bool all_ones = true;
  bool has_zero_index = false;
  bool has_weights = false;   // one of them is not 1
  bool class_labels = false;  // labels are numbers of names
  std::uint64_t unknown_features = 0;
  std::uint64_t lines = 0;
  std::uint64_t skipped_lines = 0;
  std::uint64_t unlabelled_rows = 0;  // that were left out
  SeenLabels seen;                    // whose places have no path, and lines of the chunk
};

/// The number of a feature in the text, minus its number in the space: the index base, or 0.
inline Index added_by_text(const FeatureSpace& space) noexcept {
  return space.hash_bits == 0 && !space.names ? static_cast<Index>(space.index_base) : 0;
}

/// A chunk's rows. They are the first base: near the start of the object a parser reaches them with
/// shorter instructions, and reading took 5 % less time.
struct ParsedRows {
  std::vector<Offset> offsets{0};
  Array<Index> indices;
  Array<float> values;
  std::vector<float> labels;
};

class RowBatch : public ParsedRows, public ChunkNotes {
 public:
  std::vector<float> weights;       // [rows] once one differs from 1
  FeatureNames names;               // where indices number names; those of earlier chunks may stay
  FeatureNames class_names;         // where labels number names of this chunk
  std::vector<Place> class_places;  // of the first row of each, with lines of the chunk
  std::vector<std::string> tags;    // of the rows up to the last that has one, where they are kept

  std::size_t rows() const noexcept { return labels.size(); }

  void note_label(float label, std::uint64_t line, std::uint64_t column);

  /// Row i, valid until the batch changes. REQUIRES: i < rows().
  SparseRow row(std::size_t i) const noexcept {
    const std::size_t begin = offsets[i], count = offsets[i + 1] - begin;
    return {{indices.data() + begin, count},
            all_ones ? std::span<const float>() : std::span(values.data() + begin, count),
            labels[i],
            has_weights ? weights[i] : 1.0f};
  }

  /// Changes the indices from the text's numbers to the numbers of the space that was parsed for.
  void renumber_for(const FeatureSpace& space) noexcept {
    const Index added = added_by_text(space);
    if (added == 0) return;
    for (Index& index : indices) index -= added;
  }

  /// Hashes become numbers, and those that have none are left out. The features of a row stay in
  /// their order if that may be any; else they ascend.
  void keep_known(const FeatureNumbers& hashes, bool any_order);

  void add(Index index, float value) {
    indices.push_back(index);
    values.push_back(value);
  }

  /// A feature that is left out, because the space that is read in lacks it.
  void add_unknown() { ++unknown_in_row_; }

  /// Ends the open row: sorts its features, and adds up or refuses features that occur twice. at:
  /// the row's position in the text, for faults. After a fault the row is still open. If any_order
  /// is set and no feature occurs twice, the features keep the text's order.
  std::optional<Fault> end_row(const char* at, float label, float weight, Duplicates duplicates,
                               bool any_order = false);

  /// The same for a row that ends at position `end` of indices and values, which may be longer.
  std::optional<Fault> end_row_at(std::size_t end, const char* at, float label, float weight,
                                  Duplicates duplicates, bool any_order = false);

  /// Moves features to directly behind the last row; they lie from `begin` to `end` of indices and
  /// values, there or farther back. Returns their end.
  std::size_t move_to_last_row(std::size_t begin, std::size_t end) noexcept {
    const std::size_t to = offsets.back();
    if (to == begin) return end;
    std::copy(indices.begin() + begin, indices.begin() + end, indices.begin() + to);
    std::copy(values.begin() + begin, values.begin() + end, values.begin() + to);
    return to + (end - begin);
  }

  /// Ends a row of weight 1. Its features, up to position `end`, must ascend and have finite
  /// values. ones: whether all values are 1. indices and values may be longer than `end`.
  void end_plain_row(float label, bool ones, std::size_t end) {
    all_ones &= ones;
    has_zero_index |= end > offsets.back() && indices[offsets.back()] == 0;
    if (has_weights) weights.push_back(1);
    labels.push_back(label);
    offsets.push_back(end);
  }

  /// Ends a row of hashed features, or of names, with finite values, as end_row_at() does if
  /// duplicates are added up.
  std::optional<Fault> end_hashed_row(std::size_t end, const char* at, float label, bool ones,
                                      bool any_order) {
    const auto features = std::span(indices).subspan(offsets.back(), end - offsets.back());
    if (!any_order || occurs_twice(features)) return end_row_at(end, at, label, 1, Duplicates::sum);
    end_plain_row(label, ones, end);
    return std::nullopt;
  }

  /// Keeps the tag of the row that was ended last.
  void keep_tag(std::string_view tag) {
    tags.resize(rows() - 1);
    tags.emplace_back(tag);
  }

  /// The tag of row i, if it has one and tags are kept.
  std::string_view tag(std::size_t i) const noexcept {
    return i < tags.size() ? std::string_view(tags[i]) : std::string_view();
  }

  /// Makes the arrays of features at least this long; those added hold no values.
  void make_room(std::size_t features) {
    if (indices.size() >= features) return;
    indices.resize(features);
    values.resize(features);
  }

  /// Forgets the features of the row that is open.
  void drop_row() {
    indices.resize(offsets.back());
    values.resize(offsets.back());
    unknown_in_row_ = 0;
  }

  /// No rows, in the same memory; names keep their numbers.
  void clear_rows();

  /// No rows and no names.
  void clear();

 private:
  bool occurs_twice(std::span<const Index> features);
  void sort_features(std::size_t begin, std::size_t end);

  std::uint64_t unknown_in_row_ = 0;
  // Scratch of rows that have to be sorted.
  std::vector<std::uint64_t> keys_;     // index and place of a non-zero
  std::vector<std::uint64_t> drawers_;  // of sort_keys()
  std::vector<float> unsorted_;
  // For rows that need not be sorted: the last row that had a feature in each slot.
  std::vector<std::uint32_t> slots_;
  std::uint32_t looked_at_ = 0;  // rows
};

}  // namespace hogwild
