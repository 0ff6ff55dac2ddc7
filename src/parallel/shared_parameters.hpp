// The array of parameters that all threads read and step.
//
// Invariants of SharedParameters<State>, where State begins with the coordinate's weight:
//  1. The array has one cell a coordinate: a coordinate's weight and its optimizer state lie side
//     by side, on one cache line where the State's size is a power of two (up to 8 bytes: in one
//     word).
//  2. From construction to destruction every access to a cell is a relaxed atomic access. No thread
//     ever needs exclusive access to read or write a coordinate.
//  3. Each word that is read was written as a whole by one step of one thread, or is the initial
//     zero. So states of one word never tear. In a state of several words, each word is whole, but
//     the words may be of different steps.
//  4. A racy step (load, compute, store) may be lost when two threads step the same coordinate at
//     once: the later store wins. The value that is stored is always the result of a step from a
//     state that the cell has held.
//  5. A compare-exchange step is never lost in a state's first word, which holds the weight. A
//     state of one word is that word. In a larger state (adam, adadelta) the means in the second
//     word are stored after the first, and may be those of another thread's simultaneous step.
//  6. A state that may only change as a whole (adaptive_revision) lies in guarded cells instead,
//     unless one thread alone learns: no step is lost and no read is torn, under every strategy,
//     and a thread may have to wait for another's step on the same coordinate.
//  7. If workers have views, each worker's view has an additional cell for each of the first own()
//     coordinates, which that worker alone accesses. All other cells of a view are the shared
//     cells, at another address. WorkerViews merges a worker's own cells into the shared cells.
//  8. Every step becomes visible to all threads at some time, in no guaranteed order. After the
//     threads that made the steps are joined, all steps are visible.
// Why losing steps (4) is sound: Niu, Recht, Re, Wright, "Hogwild!", NIPS 2011.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <system_error>

#include "parallel/cell.hpp"
#include "parallel/mapped_memory.hpp"
#include "parallel/page_views.hpp"

namespace hogwild {

/// How an array of parameters is to be made.
struct ArrayPlan {
  std::size_t coordinates = 0;
  std::size_t likely = 0;      ///< how many coordinates, from the first on, get most steps; 0: all.
                               ///< The others cost nothing until they are used
  std::uint64_t steps = 0;     ///< about how many steps `likely` will get; 0: unknown
  std::byte* where = nullptr;  ///< zeroed memory, shared with other processes at any address: the
                               ///< atomic words are lock-free, so they are atomic between
                               ///< processes. Null: the array allocates its memory
  std::size_t own = 0;         ///< for how many coordinates, from the first on, each worker gets a
                               ///< cell of its own; rounded up to whole pages; 0: none
  int workers = 1;
  bool racy = true;  ///< for ChosenLanding: whether one of two simultaneous steps may be lost
};

template <class State, template <class> class CellType = Cell>
class SharedParameters {
 public:
  /// All coordinates zero. Throws std::bad_alloc.
  explicit SharedParameters(std::size_t coordinates)
      : SharedParameters(ArrayPlan{.coordinates = coordinates}) {}
  /// The same. If the system can't make views, there are none, and refusal() has the reason.
  explicit SharedParameters(const ArrayPlan& plan)
      : size_(plan.coordinates), likely_(plan.likely == 0 ? size_ : std::min(plan.likely, size_)) {
    if (plan.own > 0) make_views(plan);
    if (cells_ != nullptr) return;
    alone_ = plan.where != nullptr ? Array(plan.where, size_) : Array(size_, likely_);
    cells_ = alone_.data();
  }

  std::size_t size() const noexcept { return size_; }
  CellType<State>& operator[](std::size_t j) noexcept { return cells_[j]; }
  const CellType<State>& operator[](std::size_t j) const noexcept { return cells_[j]; }

  /// The cells as a worker sees them; without views the shared ones.
  CellType<State>* seen_by(int worker) const noexcept {
    if (views_.empty()) return cells_;
    return reinterpret_cast<CellType<State>*>(views_[static_cast<std::size_t>(worker)]);
  }

  /// To be called by the worker itself before it uses its view.
  void populate(int worker) const noexcept {
    views_.populate(static_cast<std::size_t>(worker), eager_bytes_);
  }

  /// How many coordinates each worker has a cell of its own for: they are the first ones.
  std::size_t own() const noexcept { return own_; }

  /// Why there are no views though the plan asked for them; empty otherwise.
  const std::string& refusal() const noexcept { return refusal_; }

  /// f(begin, end) for ranges of coordinates outside of which all states are zero.
  template <class Function>
  void for_each_range_in_use(Function&& f) const {
    if (!viewable_) return f(std::size_t{0}, size_);
    for (std::size_t at = 0; at < viewable_->bytes();) {
      const auto [begin, end] = viewable_->next_in_use(at);
      const std::size_t first = begin / sizeof(CellType<State>);
      const std::size_t last = (end + sizeof(CellType<State>) - 1) / sizeof(CellType<State>);
      if (first < size_) f(first, std::min(last, size_));
      at = end;
    }
  }

 private:
  using Array = ZeroedArray<CellType<State>>;

  void make_views(const ArrayPlan& plan) {
    if (!kHavePageViews) {
      refusal_ = "ThreadSanitizer takes two addresses of one word for two words";
      return;
    }
    const std::size_t bytes = whole_pages(size_ * sizeof(CellType<State>));
    const std::size_t own_bytes = std::min(bytes, whole_pages(plan.own * sizeof(CellType<State>)));
    try {
      eager_bytes_ = eager_bytes(plan);
      if (plan.where == nullptr) viewable_.emplace(bytes, eager_bytes_);
      std::byte* const shared = viewable_ ? viewable_->data() : plan.where;
      views_ = PageViews(shared, bytes, own_bytes, plan.workers);
      cells_ = reinterpret_cast<CellType<State>*>(shared);
      own_ = std::min(size_, own_bytes / sizeof(CellType<State>));
    } catch (const std::system_error& error) {
      viewable_.reset();
      refusal_ = error.what();
    }
  }

  // How many bytes to allocate at once: those of the likely coordinates, if they are used soon.
  std::size_t eager_bytes(const ArrayPlan& plan) const noexcept {
    constexpr std::size_t kFew = std::size_t{64} << 20, kMost = std::size_t{4} << 30;
    constexpr std::uint64_t kStepsToAPage = 16;
    const std::size_t bytes = likely_ * sizeof(CellType<State>);
    const bool soon = bytes <= kFew || plan.steps >= bytes / page_size() * kStepsToAPage;
    return soon && bytes <= kMost ? bytes : 0;
  }

  std::size_t size_;
  std::size_t likely_;
  std::size_t eager_bytes_ = 0;
  Array alone_;  // the cells, if there are no views and no other memory was given
  std::optional<ViewableMemory> viewable_;  // the same, if there are views
  CellType<State>* cells_ = nullptr;
  PageViews views_;  // [workers], or none
  std::size_t own_ = 0;
  std::string refusal_;
};

}  // namespace hogwild
