// The coordinates that some rows touch, each once.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/data/row.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {

/// A set of coordinates that is filled and emptied many times.
class Touched {
 public:
  /// Throws std::bad_alloc.
  explicit Touched(std::size_t coordinates) : stamps_(coordinates) {}

  void clear() noexcept {
    list_.clear();
    if (++stamp_ != 0) return;
    for (std::size_t j = 0; j < stamps_.size(); ++j) stamps_[j] = 0;  // once in four billion times
    stamp_ = 1;
  }
  /// Whether it was not there.
  bool add(Index coordinate) {
    if (std::exchange(stamps_[coordinate], stamp_) == stamp_) return false;
    list_.push_back(coordinate);
    return true;
  }
  /// Those of rows that have a weight.
  void add(std::span<const SparseRow> rows) {
    for (const SparseRow& row : rows) {
      if (row.weight == 0) continue;
      for (const Index j : row.indices) add(j);
    }
  }

  bool contains(Index coordinate) const noexcept { return stamps_[coordinate] == stamp_; }
  std::span<const Index> list() const noexcept { return list_; }
  bool empty() const noexcept { return list_.empty(); }

 private:
  ZeroedArray<std::uint32_t> stamps_;  // [coordinates] the stamp when it was added last
  std::uint32_t stamp_ = 1;
  std::vector<Index> list_;
};

}  // namespace hogwild
