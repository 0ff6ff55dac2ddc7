// The rows of a data set in blocks, every row exactly once an epoch.
#pragma once

#include <algorithm>
#include <atomic>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/core/random.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/feed/order.hpp"

namespace hogwild {

/// A block's place in the epoch: rows begin .. begin + count - 1 of the epoch's order.
struct Ticket {
  Offset begin = 0;
  Offset count = 0;
};

/// Hands out rows. If rows are shuffled, an epoch's order is a function of (seed, epoch) alone; the
/// threads and their number do not change it. It is not a uniform permutation: the data is cut into
/// strips of kStripRows adjacent rows, a block consists of strips from random places of the data,
/// and the rows of a block are shuffled. So memory is read in contiguous pieces, but a file sorted
/// by label still gives mixed blocks. Small sets (up to kSmallRows) have strips of one row: their
/// order is a uniform permutation.
///
/// Invariants:
///  1. next() hands out every position of the epoch's order exactly once, over all threads: the
///     ticket is one fetch_add, and positions past the end are not handed out.
///  2. The order maps positions to rows one to one: strips_ is a permutation, and a block is
///     shuffled within itself. (An order passed to start_epoch() may repeat and omit rows.)
///  3. strips_ and epoch_ change in start_epoch() only, which no other call may overlap.
class Feeder {
 public:
  static constexpr Offset kBlockRows = 1024;
  static constexpr Offset kStripRows = 16;
  static constexpr Offset kSmallRows = 1 << 16;

  /// A block has a whole number of batches, except the epoch's last block. REQUIRES: batch > 0.
  Feeder(const Dataset& data, RowOrder order, std::uint64_t seed, Offset batch = 1)
      : data_(data), order_(order), seed_(seed) {
    // At least some 64 blocks an epoch, so that the threads of a small set end together. The length
    // depends on the rows alone: the order must not depend on the number of threads.
    const Offset even = std::clamp<Offset>(data.rows() / 64, 1, kBlockRows);
    strip_rows_ = data.rows() <= kSmallRows || order == RowOrder::curriculum ? 1 : kStripRows;
    const Offset multiple = std::lcm(strip_rows_, std::min(batch, data.rows() + 1));
    block_rows_ = (even + multiple - 1) / multiple * multiple;
  }

  Offset block_rows() const noexcept { return block_rows_; }  ///< at most

  /// The block with a number. For workers that all learn every block, and do not call next().
  std::optional<Ticket> block(Offset number) const noexcept {
    const Offset begin = number * block_rows_;
    if (begin >= data_.rows()) return std::nullopt;
    return Ticket{begin, std::min(block_rows_, data_.rows() - begin)};
  }

  /// REQUIRES: no other thread is in next(), and later calls of next() synchronise with this call.
  void start_epoch(int epoch) {
    epoch_ = epoch;
    next_.store(0, std::memory_order_relaxed);
    if (order_ == RowOrder::sequential) return;
    strips_.clear();
    for (Offset row = 0; row < data_.rows(); row += strip_rows_) strips_.push_back(row);
    // A last strip that is short must stay last, for a position to tell its strip by division.
    const bool short_last = data_.rows() % strip_rows_ != 0;
    const std::size_t full = strips_.size() - (short_last ? 1 : 0);
    shuffle(std::span(strips_).first(full), Random(seed_, static_cast<std::uint64_t>(epoch)));
  }

  /// The same, in a given order, [rows]. REQUIRES: RowOrder::curriculum.
  void start_epoch(int epoch, std::vector<Offset> order) {
    epoch_ = epoch;
    next_.store(0, std::memory_order_relaxed);
    strips_ = std::move(order);
  }

  /// The next block, or nothing when the epoch is dealt out. Any thread, at any time.
  std::optional<Ticket> next() noexcept {
    // Relaxed: next_ publishes no other data; the rows were written before the epoch.
    return block(next_.fetch_add(1, std::memory_order_relaxed));
  }

  /// Whether next() has handed out every position. REQUIRES: no other thread is in next().
  bool dealt_out() const noexcept { return !block(next_.load(std::memory_order_relaxed)); }

  /// Prefetches the data that rows_of() will look up for a block. The block need not exist.
  void prefetch(const Ticket& ticket) const {
    if (data_.rows() <= kSmallRows) return;  // all of it is in cache
    for (Offset i = 0; i < ticket.count; i += strip_rows_) {
      const std::size_t strip = (ticket.begin + i) / strip_rows_;
      if (strip < strips_.size()) data_.prefetch(strips_[strip], strip_rows_);
    }
  }

  /// The rows of a block, in the order to learn them, with the file's labels. rows is overwritten;
  /// pass the same one again and it allocates nothing. Any thread.
  void rows_of(const Ticket& ticket, std::vector<SparseRow>& rows) const {
    rows.clear();
    if (order_ == RowOrder::sequential) {
      for (Offset i = 0; i < ticket.count; ++i) rows.push_back(data_.row(ticket.begin + i));
      return;
    }
    // The order of few bytes is shuffled, not that of the rows.
    thread_local std::vector<std::uint32_t> order;
    order.resize(ticket.count);
    std::iota(order.begin(), order.end(), 0u);
    if (strip_rows_ > 1) {
      shuffle(std::span(order),
              Random(seed_, static_cast<std::uint64_t>(epoch_), ticket.begin, std::uint64_t{1}));
    }
    for (const std::uint32_t i : order) rows.push_back(data_.row(row_at(ticket.begin + i)));
  }

 private:
  Offset row_at(Offset position) const noexcept {
    if (strip_rows_ == 1) return strips_[position];
    return strips_[position / kStripRows] + position % kStripRows;  // by constants: shifts
  }

  Dataset data_;
  RowOrder order_;
  std::uint64_t seed_;
  Offset block_rows_;
  Offset strip_rows_;  // 1 or kStripRows
  int epoch_ = 0;
  std::vector<Offset> strips_;   // the epoch's order of strips, by their first row; if the order is
                                 // given, of rows
  std::atomic<Offset> next_{0};  // block
};

}  // namespace hogwild
