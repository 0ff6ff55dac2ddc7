// Where a coordinate's optimizer state lives (shared, or each thread's own) and how a step lands
// (racy or by compare-exchange). A placement is made once a run; each worker learns
// through its own View of it, which the kernel calls:
//   weight(j)      the weight now            prefetch(j)  ask for it ahead of time
//   state(j)       weight and state now      update(j, f) state of j becomes f(state of j)
//   is_racy()      whether a step may be a load and a store, of cells(j)
// Before any view is used, start(j, state) may set the initial state of a coordinate; it is zero
// otherwise. If the plan asks for own cells, a worker has a second view, own_view(worker), in which
// the first own() coordinates are private to the worker: see WorkerViews.
//
// Racy steps on shared state are the default, since nothing else is as fast: see bench/README.md.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "parallel/guarded_cell.hpp"
#include "parallel/shared_parameters.hpp"

namespace hogwild {

/// A step is a load, then a store; one of two simultaneous steps may be lost.
struct RacyLanding {
  template <class State>
  using CellType = Cell<State>;

  template <class State, class Function>
  static void land(Cell<State>& cell, Function&& f) noexcept {
    cell.store(f(cell.load()));
  }
  static constexpr bool is_racy() noexcept { return true; }
};

/// A step is an exchange of the cell's.
template <template <class> class Cells>
struct ExchangeLanding {
  template <class State>
  using CellType = Cells<State>;

  template <class State, class Function>
  static void land(Cells<State>& cell, Function&& f) noexcept {
    cell.exchange(std::forward<Function>(f));
  }
};

/// A step is retried until no other step has changed the cell between its load and its store.
struct AtomicLanding : ExchangeLanding<Cell> {};

/// A racy or an atomic step, as the plan of the array asks. One machine code serves both: for
/// states that need more computation than plain steps, or that few runs use.
class ChosenLanding {
 public:
  template <class State>
  using CellType = Cell<State>;

  explicit ChosenLanding(bool racy) : racy_(racy) {}

  template <class State, class Function>
  void land(Cell<State>& cell, Function&& f) const noexcept {
    cell.exchange(std::forward<Function>(f), racy_);
  }
  bool is_racy() const noexcept { return racy_; }

 private:
  bool racy_;
};

template <class Landing>
Landing landing_of([[maybe_unused]] const ArrayPlan& plan) {
  if constexpr (std::same_as<Landing, ChosenLanding>) return Landing(plan.racy);
  if constexpr (!std::same_as<Landing, ChosenLanding>) return Landing();
}

/// A step locks the coordinate while it is made. The state may have any size.
struct GuardedLanding : ExchangeLanding<GuardedCell> {};

template <class Landing>
inline constexpr bool kMayBeRacy = requires(const Landing landing) {
  landing.is_racy();
};

/// The weight alone.
struct Weight {
  float weight = 0;
};

/// Weight and state of a coordinate are one shared cell.
template <class StateType, class Landing>
class SharedState : public SharedParameters<StateType, Landing::template CellType> {
  template <class S>
  using CellType = typename Landing::template CellType<S>;
  using Parameters = SharedParameters<StateType, Landing::template CellType>;

 public:
  using State = StateType;

  class View {
   public:
    View(CellType<State>* cells, Landing landing) : cells_(cells), landing_(landing) {}
    float weight(Index j) const noexcept { return state(j).weight; }
    State state(Index j) const noexcept { return std::as_const(cells_[j]).load(); }
    [[gnu::always_inline]] void prefetch(Index j) const noexcept {
      __builtin_prefetch(&cells_[j], 1);
    }
    template <class Function>
    void update(Index j, Function&& f) noexcept {
      landing_.land(cells_[j], std::forward<Function>(f));
    }
    static constexpr bool kIsRacy = std::same_as<Landing, RacyLanding>;
    /// Whether a step is a load, then a store.
    bool is_racy() const noexcept requires kMayBeRacy<Landing> { return landing_.is_racy(); }
    /// Pointers to the cells of some coordinates. REQUIRES: is_racy(), if they are stored to.
    template <std::size_t kCount>
    std::array<CellType<State>*, kCount> cells(
        const std::array<Index, kCount>& j) const noexcept requires kMayBeRacy<Landing> {
      std::array<CellType<State>*, kCount> cells;
      for (std::size_t i = 0; i < kCount; ++i) cells[i] = cells_ + j[i];
      return cells;
    }

   private:
    CellType<State>* cells_;
    [[no_unique_address]] Landing landing_;
  };

  static constexpr bool kStateIsShared = true;
  static constexpr bool kHasViews = true;

  explicit SharedState(const ArrayPlan& plan)
      : Parameters(plan), landing_(landing_of<Landing>(plan)) {}
  View view(int /*worker*/) noexcept { return View(&(*this)[0], landing_); }
  View own_view(int worker) noexcept { return View(this->seen_by(worker), landing_); }
  State state(Index j) const noexcept { return (*this)[j].load(); }
  void start(Index j, State state) noexcept { (*this)[j].store(state); }

  /// Calls f(array, j, value) for each value of the placement's arrays, which have size() values
  /// each. Values outside of for_each_range_in_use() are zero, and are skipped. set_value() sets
  /// one value; it returns false if there is no such array.
  template <class Function>
  void each_value(Function&& f) const {
    this->for_each_range_in_use([&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) f(0u, j, (*this)[j].load());
    });
  }
  bool set_value(std::uint32_t array, std::size_t j, const State& value) noexcept {
    if (array == 0) (*this)[j].store(value);
    return array == 0;
  }

 private:
  [[no_unique_address]] Landing landing_;
};

/// The weight of a coordinate is shared. Each worker has its own copy of the rest of the state,
/// which no other worker accesses.
template <class StateType, class Landing>
class PerThreadState : public SharedParameters<Weight> {
 public:
  using State = StateType;

  class View {
   public:
    View(Cell<Weight>* weights, State* own, Landing landing)
        : weights_(weights), own_(own), landing_(landing) {}
    float weight(Index j) const noexcept { return std::as_const(weights_[j]).load().weight; }
    State state(Index j) const noexcept {
      State state = own_[j];
      state.weight = weight(j);
      return state;
    }
    [[gnu::always_inline]] void prefetch(Index j) const noexcept {
      __builtin_prefetch(&weights_[j], 1);
      __builtin_prefetch(&own_[j], 1);
    }
    template <class Function>
    void update(Index j, Function&& f) noexcept {
      State next;
      landing_.land(weights_[j], [&](Weight shared) {
        next = own_[j];
        next.weight = shared.weight;
        next = f(next);
        return Weight{next.weight};
      });
      own_[j] = next;
    }

   private:
    Cell<Weight>* weights_;
    State* own_;
    [[no_unique_address]] Landing landing_;
  };

  static constexpr bool kStateIsShared = false;
  static constexpr bool kHasViews = true;

  explicit PerThreadState(const ArrayPlan& plan)
      : SharedParameters(plan), landing_(landing_of<Landing>(plan)) {
    const std::size_t likely = plan.likely == 0 ? size() : std::min(plan.likely, size());
    for (int worker = 0; worker < plan.workers; ++worker) own_.emplace_back(size(), likely);
  }
  View view(int worker) noexcept {
    return View(&(*this)[0], own_[static_cast<std::size_t>(worker)].data(), landing_);
  }
  View own_view(int worker) noexcept {
    return View(seen_by(worker), own_[static_cast<std::size_t>(worker)].data(), landing_);
  }
  /// A state with the shared weight, and zeros in place of the workers' own parts.
  State state(Index j) const noexcept {
    State state{};
    state.weight = (*this)[j].load().weight;
    return state;
  }
  void start(Index j, State state) noexcept { (*this)[j].store({state.weight}); }

  /// As in SharedState. Array 0 has the weights, array k + 1 the own states of worker k. REQUIRES:
  /// no thread is learning.
  template <class Function>
  void each_value(Function&& f) const {
    for_each_range_in_use([&](std::size_t begin, std::size_t end) {
      for (std::size_t j = begin; j < end; ++j) f(0u, j, state(static_cast<Index>(j)));
    });
    for (std::size_t k = 0; k < own_.size(); ++k) {
      for (std::size_t j = 0; j < size(); ++j) f(static_cast<std::uint32_t>(k + 1), j, own_[k][j]);
    }
  }
  bool set_value(std::uint32_t array, std::size_t j, const State& value) noexcept {
    if (array > own_.size()) return false;
    if (array == 0) {
      (*this)[j].store({value.weight});
    } else {
      own_[array - 1][j] = value;
    }
    return true;
  }

 private:
  [[no_unique_address]] Landing landing_;
  std::vector<ZeroedArray<State>> own_;  // [workers]
};

}  // namespace hogwild
