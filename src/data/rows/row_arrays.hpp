// The arrays of a data set while it is read: rows of chunks are written to their places by several
// threads.
#pragma once

#include <cstdint>
#include <shared_mutex>

#include "data/rows/row_batch.hpp"
#include "hogwild/data/dataset.hpp"

namespace hogwild {

/// Each row is in memory once, and room for all is made at once, where their number can be
/// foretold.
///
/// Invariants:
///  1. Places that were claimed do not overlap, and lie end to end in the order of the claims.
///  2. Whoever writes holds moving_ shared, and only to its place; arrays are moved to larger room
///     under moving_ alone, by whoever claims.
///  3. Before values_from_ every value is 1, and before weights_from_ every weight; nobody writes
///     them until take().
class RowArrays {
 public:
  struct Place {
    Offset row = 0;
    Offset nonzero = 0;
    bool with_values = false;
    bool with_weights = false;
  };

  /// Room for the rows of a batch behind those before. share: of all the text there is, up to the
  /// batch's end, about; 0 if that is unknown. From one thread at a time.
  Place claim(const RowBatch& batch, double share);

  /// Writes the batch's rows to its place, the one that was claimed for as many. Thread safety: any
  /// threads, also while another claims.
  void write(const RowBatch& batch, const Place& place);

  Offset rows() const noexcept { return arrays_.labels.size(); }
  std::uint64_t bytes() const noexcept;

  /// The arrays, each feature's number being less by `base`. REQUIRES: all places are written.
  Dataset::Arrays take(Index base);

 private:
  Dataset::Arrays arrays_;
  std::shared_mutex moving_;
  bool has_values_ = false;
  bool has_weights_ = false;
  Offset values_from_ = 0;   // non-zeros
  Offset weights_from_ = 0;  // rows
};

}  // namespace hogwild
