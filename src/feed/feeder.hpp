// The rows of a data set in blocks, every row exactly once an epoch.
#pragma once

#include <algorithm>
#include <atomic>
#include <optional>
#include <span>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/feed/order.hpp"

namespace hogwild {

/// A block's place in the epoch: rows begin .. begin + count - 1 of the epoch's order.
struct Ticket {
  Offset begin = 0;
  Offset count = 0;
};

/// Deals out rows. Shuffled, an epoch's order is a function of (seed, epoch) alone, whoever asks
/// and however many. It is not a uniform permutation: the data is cut in strips of kStripRows
/// neighbours, a block is made of strips drawn from all over the data, and the rows of a block are
/// shuffled. So memory is read in stretches, and yet a file sorted by label gives mixed blocks.
/// Small sets (up to kSmallRows) have strips of one row: there the order is a uniform permutation.
///
/// Invariants:
///  1. next() hands out every position of the epoch's order exactly once, over all threads: the
///     ticket is one fetch_add, and positions past the end are not handed out.
///  2. The order maps positions to rows one to one: strips_ is a permutation, and a block is
///     shuffled within itself. (A given order says itself how often a row comes.)
///  3. strips_ and epoch_ change in start_epoch() only, which no other call may overlap.
class Feeder {
 public:
  static constexpr Offset kBlockRows = 1024;
  static constexpr Offset kStripRows = 16;
  static constexpr Offset kSmallRows = 1 << 16;

  /// A block holds a whole number of batches, save the epoch's last. REQUIRES: batch > 0.
  Feeder(const Dataset& data, RowOrder order, std::uint64_t seed, Offset batch = 1);

  Offset block_rows() const noexcept { return block_rows_; }  ///< at most

  /// The block that begins at a position, for those who deal for themselves, each all blocks.
  std::optional<Ticket> block(Offset number) const noexcept {
    const Offset begin = number * block_rows_;
    if (begin >= data_.rows()) return std::nullopt;
    return Ticket{begin, std::min(block_rows_, data_.rows() - begin)};
  }

  /// REQUIRES: no other thread is in next(), and whatever lets them in again synchronises.
  void start_epoch(int epoch);

  /// The same, in a given order, [rows]. REQUIRES: RowOrder::curriculum.
  void start_epoch(int epoch, std::vector<Offset> order);

  /// The next block, or nothing when the epoch is dealt out. Any thread, at any time.
  std::optional<Ticket> next() noexcept {
    // Relaxed: the ticket orders nothing but itself; the rows it names were there before.
    const Offset begin = next_.fetch_add(block_rows_, std::memory_order_relaxed);
    if (begin >= data_.rows()) return std::nullopt;
    return Ticket{begin, std::min(block_rows_, data_.rows() - begin)};
  }

  /// Whether next() has handed out every position. REQUIRES: no other thread is in next().
  bool dealt_out() const noexcept { return next_.load(std::memory_order_relaxed) >= data_.rows(); }

  /// Asks the processor for what rows_of() will look up of a block, which need not exist.
  void prefetch(const Ticket& ticket) const;

  /// The rows of a block, in the order to learn them, with the file's labels. rows is overwritten;
  /// pass the same one again and it allocates nothing. Any thread.
  void rows_of(const Ticket& ticket, std::vector<SparseRow>& rows) const;

 private:
  Dataset data_;
  RowOrder order_;
  std::uint64_t seed_;
  Offset block_rows_;
  Offset strip_rows_;
  int epoch_ = 0;
  std::vector<Offset> strips_;  // the epoch's order of strips, by their first row; if the order is
                                // given, of rows
  std::atomic<Offset> next_{0};
};

}  // namespace hogwild
