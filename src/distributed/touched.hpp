// What some rows touch, each once: features, or coordinates.
#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/data/row.hpp"
#include "learn/coordinates.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {

/// A set of numbers that is filled and emptied many times.
class Touched {
 public:
  /// Of numbers below size. Throws std::bad_alloc.
  explicit Touched(std::size_t size) : stamps_(size) {}

  void clear() noexcept {
    list_.clear();
    if (++stamp_ != 0) return;
    for (std::size_t j = 0; j < stamps_.size(); ++j) stamps_[j] = 0;  // once in four billion times
    stamp_ = 1;
  }
  /// Whether it was not there.
  bool add(Index number) {
    if (std::exchange(stamps_[number], stamp_) == stamp_) return false;
    list_.push_back(number);
    return true;
  }
  /// The features of rows that have a weight.
  void add(std::span<const SparseRow> rows) {
    for (const SparseRow& row : rows) {
      if (row.weight == 0) continue;
      for (const Index j : row.indices) add(j);
    }
  }

  bool contains(Index number) const noexcept { return stamps_[number] == stamp_; }
  std::span<const Index> list() const noexcept { return list_; }
  bool empty() const noexcept { return list_.empty(); }

  /// The coordinates of features that are in the set, and with them the biases, if it is not empty.
  std::vector<Index> coordinates(const Coordinates& at, bool with_biases) const {
    std::vector<Index> all;
    all.reserve((list_.size() + 1) * at.outputs);
    for (const Index feature : list_) {
      for (Index output = 0; output < at.outputs; ++output)
        all.push_back(at.weight(feature, output));
    }
    for (Index output = 0; with_biases && !empty() && output < at.outputs; ++output) {
      all.push_back(at.bias(output));
    }
    return all;
  }

 private:
  ZeroedArray<std::uint32_t> stamps_;  // [size] the stamp when it was added last
  std::uint32_t stamp_ = 1;
  std::vector<Index> list_;
};

}  // namespace hogwild
