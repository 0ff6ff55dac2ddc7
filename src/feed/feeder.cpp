#include "feed/feeder.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "hogwild/core/random.hpp"

namespace hogwild {

Feeder::Feeder(const Dataset& data, RowOrder order, std::uint64_t seed, Offset batch)
    : data_(data), order_(order), seed_(seed) {
  // At least some 64 blocks an epoch, so that the threads of a small set end together. The length
  // depends on the rows alone: the order must not depend on the number of threads.
  const Offset even = std::clamp<Offset>(data.rows() / 64, 1, kBlockRows);
  strip_rows_ = data.rows() <= kSmallRows || order == RowOrder::curriculum ? 1 : kStripRows;
  const Offset multiple = std::lcm(strip_rows_, std::min(batch, data.rows() + 1));
  block_rows_ = (even + multiple - 1) / multiple * multiple;
}

void Feeder::start_epoch(int epoch) {
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

void Feeder::start_epoch(int epoch, std::vector<Offset> order) {
  epoch_ = epoch;
  next_.store(0, std::memory_order_relaxed);
  strips_ = std::move(order);
}

void Feeder::prefetch(const Ticket& ticket) const {
  if (strip_rows_ == 1) return;  // all of a small set is in cache
  for (Offset i = 0; i < ticket.count; i += strip_rows_) {
    const std::size_t strip = (ticket.begin + i) / strip_rows_;
    if (strip < strips_.size()) data_.prefetch(strips_[strip], strip_rows_);
  }
}

void Feeder::rows_of(const Ticket& ticket, std::vector<SparseRow>& rows) const {
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
  for (const std::uint32_t i : order) {
    const Offset position = ticket.begin + i;
    rows.push_back(data_.row(strips_[position / strip_rows_] + position % strip_rows_));
  }
}

}  // namespace hogwild
