// The source of the rows of a run.
#pragma once

#include <optional>
#include <span>

#include "hogwild/core/types.hpp"
#include "hogwild/data/feature_space.hpp"
#include "hogwild/data/row.hpp"

namespace hogwild {

/// Rows to learn one after the other.
struct Block {
  std::span<const SparseRow> rows;  ///< labels as the loss expects them
  Offset begin = 0;                 ///< about how many rows of the epoch come before this block
};

/// Hands out the rows of an epoch in blocks.
/// Thread safety: next() by one thread at a time for each worker number; all else by one thread,
/// while nobody is in next().
class Feed {
 public:
  virtual ~Feed() = default;

  /// Epochs are counted from 0.
  virtual void start_epoch(int epoch) = 0;

  /// The next block for that worker, valid until the worker's next call, or nothing at the end.
  virtual std::optional<Block> next(int worker) = 0;

  /// Whether all rows of the epoch have been handed out. Throws the error that was found in the
  /// rows, if there is one.
  virtual bool dealt_out() = 0;

  /// The number of rows in an epoch; an estimate, or 0, until it is known.
  virtual Offset rows() const = 0;

  /// The feature space of the rows, as far as it is known.
  virtual FeatureSpace features() const = 0;

  /// Call this with the validation loss after an epoch; the order of rows may depend on it.
  virtual void note_validation(double /*loss*/) {}
};

}  // namespace hogwild
