// The one array that all threads learn into.
//
// Invariants of SharedParameters<State>, where State begins with the coordinate's weight:
//  1. The array has one cell a coordinate: a coordinate's weight and its optimizer state lie side
//     by side, on one cache line where the State's size is a power of two (up to 8 bytes: in one
//     word).
//  2. From construction to destruction every access to a cell is a relaxed atomic one. No thread
//     ever needs to be alone to read or to write a coordinate.
//  3. A word read was written whole by one step of some thread, or is the initial zero. States of
//     one word therefore never tear; of a state of several words, each word alone is whole.
//  4. A racy step (load, compute, store) may be lost when two threads step the same coordinate at
//     once: the later store wins. It never writes anything but the result of a step from a state
//     that the cell has held.
//  5. A compare-exchange step is never lost in a state's first word, which holds the weight. A
//     state of one word is that word; of a larger one (adam, adadelta) the means in the second word
//     are stored after it, and may be those of another thread's simultaneous step.
//  6. A state that may only change as a whole (adaptive_revision) lies in guarded cells instead: no
//     step is lost and no read is torn, under every strategy, and a thread may have to wait for
//     another's step on the same coordinate.
//  7. Steps are seen by all threads at some time, in no promised order; after the threads that
//     made them are joined, all of them are seen.
// Why losing steps (4) is sound: Niu, Recht, Re, Wright, "Hogwild!", NIPS 2011.
#pragma once

#include <cstddef>

#include "hogwild/core/types.hpp"
#include "parallel/cell.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {

template <class State, template <class> class CellType = Cell>
class SharedParameters {
 public:
  /// All coordinates zero. Throws std::bad_alloc.
  explicit SharedParameters(std::size_t coordinates) : SharedParameters(coordinates, coordinates) {}
  /// The same, most steps being on the first of them; the others cost nothing until they are used.
  SharedParameters(std::size_t coordinates, std::size_t likely) : cells_(coordinates, likely) {}
  /// In memory that other processes have too, at any address. The atomic words being lock-free,
  /// they are so between processes.
  SharedParameters(std::byte* where, std::size_t coordinates) : cells_(where, coordinates) {}

  std::size_t size() const noexcept { return cells_.size(); }
  CellType<State>& operator[](std::size_t j) noexcept { return cells_[j]; }
  const CellType<State>& operator[](std::size_t j) const noexcept { return cells_[j]; }

 private:
  ZeroedArray<CellType<State>> cells_;
};

}  // namespace hogwild
