// Rows in memory: an immutable table in compressed sparse row form.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "hogwild/core/array.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/labels.hpp"
#include "hogwild/data/row.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Where a data set came from, and what was found when it was read.
struct Source {
  std::vector<std::string> paths{};    ///< empty for data made in memory
  std::string format{};                ///< as --format has it, or "hogdata" or "memory"
  std::uint64_t bytes = 0;             ///< bytes of text read
  std::uint64_t lines = 0;             ///< lines read, including comments and skipped lines
  std::uint64_t skipped_lines = 0;     ///< malformed lines skipped with OnError::skip
  std::string first_skipped{};         ///< the error in the first skipped line
  std::uint64_t unlabelled_rows = 0;   ///< rows left out with Unlabelled::skip
  std::uint64_t unknown_features = 0;  ///< non-zeros ignored because the model does not have the
                                       ///< feature

  /// The paths, for a message.
  std::string name() const;
};

/// Checks rows of a mapped file at their first use: see open_hogdata().
class FirstLook;

/// An immutable set of rows. Copies share the storage.
/// Thread safety: all members but take_arrays() are const; any threads may call them at the same
/// time. On a mapped file, members that return rows or arrays throw DataError where the file is
/// damaged; on other data they do not throw.
class Dataset {
 public:
  /// The arrays a data set is made of.
  struct Arrays {
    Array<Offset> offsets{0};  ///< [rows + 1], ascending from 0
    Array<Index> indices;      ///< [non-zeros], each row's ascending, all < features.size
    Array<float> values;       ///< [non-zeros], or empty: all are 1
    Array<float> labels;       ///< [rows], as the file has them
    Array<float> weights;      ///< [rows], or empty: all are 1
  };

  Dataset() : Dataset(Arrays{}, FeatureSpace{}) {}

  /// Takes ownership of the arrays. Throws DataError, with the row, if they are not as in Arrays.
  Dataset(Arrays arrays, FeatureSpace features, Source source = {}, SeenLabels seen = {},
          ClassNames classes = {});

  /// Refers to indices and values, which must outlive every copy; takes ownership of offsets and
  /// labels. Throws DataError as above.
  static Dataset borrow(Array<Offset> offsets, std::span<const Index> indices,
                        std::span<const float> values, Array<float> labels, FeatureSpace features);

  /// Rows in memory that the data set does not own.
  struct Lent {
    std::span<const Offset> offsets;  ///< [rows + 1]
    std::span<const Index> indices;   ///< [non-zeros]
    std::span<const float> values;    ///< [non-zeros], or empty
    std::span<const float> labels;    ///< [rows]
    std::span<const float> weights;   ///< [rows], or empty
  };

  /// A data set of such rows, which are checked at their first use, in blocks. keeper owns the
  /// memory of the arrays. REQUIRES: the lengths of the arrays match.
  static Dataset lend(const Lent& arrays, FeatureSpace features, Source source, SeenLabels seen,
                      ClassNames classes, std::shared_ptr<const void> keeper);

  Offset rows() const noexcept { return at_.labels.size(); }       ///< number of rows
  Offset nonzeros() const noexcept { return at_.indices.size(); }  ///< number of non-zeros
  /// Whether every value is 1, and none is stored.
  bool all_ones() const noexcept { return at_.values.empty(); }
  /// Whether rows have weights other than 1.
  bool has_weights() const noexcept { return !at_.weights.empty(); }

  /// Row i. REQUIRES: i < rows(). Inlined by force: in a large unit GCC 12 calls it for each row
  /// that is learnt.
  [[gnu::always_inline]] SparseRow row(Offset i) const {
    if (first_look_) look_at(i);
    return unchecked_row(i);
  }

  /// Returns the arrays: moves them if no other data set shares them, otherwise copies them.
  Arrays take_arrays() &&;

  /// Checks all rows that have not been checked yet.
  void look_at_all() const;

  /// Prefetches what row() reads for `count` rows from row i on. REQUIRES: i < rows(). Inlined by
  /// force: GCC 12 leaves out calls of a function that only prefetches.
  [[gnu::always_inline]] void prefetch(Offset i, Offset count) const noexcept {
    constexpr std::size_t kLine = 64;
    for (std::size_t at = 0; at <= count * sizeof(Offset); at += kLine) {
      __builtin_prefetch(reinterpret_cast<const char*>(&at_.offsets[i]) + at);
    }
    __builtin_prefetch(&at_.labels[i]);
  }

  /// [rows + 1] the position of the first non-zero of each row.
  std::span<const Offset> offsets() const { return looked_at(at_.offsets); }
  /// [nonzeros] features, ascending in a row.
  std::span<const Index> indices() const { return looked_at(at_.indices); }
  /// [nonzeros], or empty if all are 1.
  std::span<const float> values() const { return looked_at(at_.values); }
  std::span<const float> labels() const { return looked_at(at_.labels); }  ///< [rows]
  /// [rows], or empty if all are 1.
  std::span<const float> weights() const { return looked_at(at_.weights); }

  /// The feature space of the indices.
  const FeatureSpace& features() const noexcept { return description_->features; }
  /// Where the rows come from.
  const Source& source() const noexcept { return description_->source; }
  /// The different labels.
  const SeenLabels& seen_labels() const noexcept { return description_->seen; }

  /// The names of the classes, if a label is the number of a class; null if labels are ordinary
  /// numbers.
  const ClassNames& classes() const noexcept { return description_->classes; }

  /// The same rows with other weights, [rows]; all else is shared. Throws DataError as above.
  Dataset with_weights(Array<float> weights) const;

  /// The same rows with labels that are numbers of classes, [rows]; all else is shared.
  Dataset with_classes(Array<float> numbers, ClassNames classes) const;

  /// The first `count` rows, in shared storage. Throws DataError if a mapped file is damaged there.
  /// REQUIRES: count <= rows().
  Dataset first(Offset count) const;

  /// A copy of the rows listed, in that order. REQUIRES: every one < rows().
  Dataset select(std::span<const Offset> rows) const;

 private:
  struct Description {
    FeatureSpace features;
    Source source;
    SeenLabels seen;
    ClassNames classes;
  };

  SparseRow unchecked_row(Offset i) const noexcept {
    const Offset begin = at_.offsets[i];
    const Offset count = at_.offsets[i + 1] - begin;
    return {at_.indices.subspan(begin, count),
            at_.values.empty() ? at_.values : at_.values.subspan(begin, count), at_.labels[i],
            at_.weights.empty() ? 1.0f : at_.weights[i]};
  }
  template <class Value>
  std::span<const Value> looked_at(std::span<const Value> array) const {
    if (first_look_) look_at_all();
    return array;
  }
  template <class Value>
  std::span<const Value> own(Array<Value> array);
  void look_at(Offset i) const;
  void validate() const;
  bool is_sound(Offset i) const noexcept;
  bool are_sound(Offset begin, Offset end) const noexcept;
  void require_sound(Offset i) const;
  bool names_a_class(float label) const noexcept;

  std::shared_ptr<const void> storage_;
  bool owns_all_ = false;  // storage_ is Arrays, and all arrays are its own
  std::shared_ptr<const Description> description_;
  Lent at_;
  std::shared_ptr<FirstLook> first_look_;  // null: all rows are known to be sound
};

/// The rows of a, then those of b, in a's feature space. REQUIRES: both spaces are equal.
Dataset concatenate(const Dataset& a, const Dataset& b);

/// The rows that split() puts into the first and the second set. If these rows are the rows from
/// row `first` on of a larger set, each goes where a split of the larger set would put it.
std::pair<std::vector<Offset>, std::vector<Offset>> split_rows(Offset rows, double fraction,
                                                               std::uint64_t seed,
                                                               Offset first = 0);

/// Splits the rows into two sets; the second gets about this fraction of them. The set of a row
/// depends only on the seed and the position of the row. Throws OptionError unless 0 < fraction <
/// 1, and DataError if one of the two sets would be empty.
std::pair<Dataset, Dataset> split(const Dataset& data, double fraction, std::uint64_t seed);

}  // namespace hogwild
