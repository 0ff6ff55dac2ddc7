// Memory asked for before the loop that learns comes to it.
//
// All of it is inlined by force: GCC 12 takes a function that only prefetches for one that does
// nothing, and leaves out calls of it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "hogwild/core/types.hpp"
#include "hogwild/data/row.hpp"

namespace hogwild {

/// Asks for a row's indices and values, every line of them: in a shuffled order no row follows from
/// the one before. They are asked for into all caches. Into the first alone, which is what locality
/// 0 means, some are gone again before they are used: an epoch of held rows took 1.2 times as long
/// with click rows and adagrad, and 1.7 times with text.
[[gnu::always_inline]] inline void prefetch_nonzeros(const SparseRow& row) noexcept {
  constexpr std::uintptr_t kLine = 64;
  const auto lines_of = [](const auto& span) __attribute__((always_inline)) {
    const auto begin = reinterpret_cast<std::uintptr_t>(span.data());
    for (auto at = begin / kLine * kLine; at < begin + span.size_bytes(); at += kLine) {
      __builtin_prefetch(reinterpret_cast<const void*>(at), 0, 3);
    }
  };
  lines_of(row.indices);
  lines_of(row.values);
}

/// Asks for what the rows ahead will touch.
struct Prefetch {
  // Far enough for a line to arrive, near enough for it to be still there: a line asked for early
  // is, on several threads, another's again when its turn comes. Measured on click rows in memory,
  // one thread and two, million non-zeros a second: 3 rows ahead 455 and 660, 6 rows 455 and 610,
  // 16 rows 465 and 495, on a day when the two cores were far from each other.
  static constexpr std::size_t kRows = 3;
  // The rows themselves are in no cache, few as the weights may be. Measured with weights that are
  // in cache, one thread, sgd, million non-zeros a second: dense rows 460 without, 875 with; text
  // 255 and 370. That was when rows were asked for into the first cache alone.
  static constexpr std::size_t kRowsToNonzeros = 10;

  bool weights = false;  ///< whether to ask for weights, or all of them are in cache anyway
  Index from = 0;        ///< of the weights, the first that is not in cache anyway

  /// To be called before row i is learnt.
  template <class View>
  [[gnu::always_inline]] void operator()(const View& view, std::span<const SparseRow> rows,
                                         std::size_t i) const noexcept {
    if (i + kRowsToNonzeros < rows.size()) prefetch_nonzeros(rows[i + kRowsToNonzeros]);
    if (!weights || i + kRows >= rows.size()) return;
    const auto indices = rows[i + kRows].indices;
    // By fours: where the frequent features begin is hard to guess for the processor. Measured on
    // click rows: 780 million non-zeros a second, one by one 705.
    for (std::size_t k = indices.size(); k >= 4 && indices[k - 1] >= from; k -= 4) {
      for (std::size_t i = 1; i <= 4; ++i) view.prefetch(indices[k - i]);
    }
  }
};

}  // namespace hogwild
