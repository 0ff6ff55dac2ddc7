// Where a run takes its rows from.
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
  Offset begin = 0;                 ///< rows of the epoch before these, about
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

  /// Whether all rows of the epoch have been handed out. Throws what was found to be wrong with
  /// them.
  virtual bool dealt_out() = 0;

  /// In an epoch; about, or 0, as long as that is not known.
  virtual Offset rows() const = 0;

  /// That the rows are in, so far as it is known.
  virtual FeatureSpace features() const = 0;

  /// Told after an epoch, for an order that goes by it.
  virtual void note_validation(double /*loss*/) {}
};

}  // namespace hogwild
