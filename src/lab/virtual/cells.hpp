// The array of virtual workers as they see it: a placement, as in parallel/placement.hpp.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "hogwild/core/types.hpp"
#include "lab/virtual/cache_lines.hpp"
#include "parallel/placement.hpp"

namespace hogwild::lab {

/// Shared cells, and of the hot coordinates cells for each worker besides, where there are views:
/// see WorkerViews. Workers wait for the lines of hot coordinates and of the bias; all others are
/// asked for some rows ahead (see Prefetch), and have come by then.
template <class StateType>
class VirtualCells {
 public:
  using State = StateType;
  static constexpr bool kStateIsShared = true;

  class View {
   public:
    View(VirtualCells& cells, State* own) : cells_(&cells), own_(own) {}

    State state(Index j) const {
      if (is_own(j)) return own_[j];
      if (cells_->is_waited_for(j)) cells_->lines_.read(cells_->line_of(j));
      return cells_->shared_[j];
    }
    template <class Function>
    void update(Index j, const Function& f) const {
      if (is_own(j)) {
        own_[j] = f(own_[j]);
      } else {
        if (cells_->is_waited_for(j)) cells_->lines_.write(cells_->line_of(j));
        cells_->shared_[j] = f(cells_->shared_[j]);
      }
    }

   private:
    bool is_own(Index j) const noexcept { return own_ != nullptr && j < cells_->hot_; }

    VirtualCells* cells_;
    State* own_;
  };

  /// shared: the states of all coordinates, which live as long as this. hot: how many coordinates,
  /// from the first on.
  VirtualCells(State* shared, Index hot, Index bias, bool views, const SimulationOptions& options)
      : shared_(shared),
        hot_(hot),
        bias_(bias),
        lines_(options.costs, options.workers, hot / kInLine + 2) {
    if (!views) return;
    own_.resize(static_cast<std::size_t>(options.workers), std::vector<State>(hot));
  }
  VirtualCells(const VirtualCells&) = delete;
  VirtualCells& operator=(const VirtualCells&) = delete;

  View view(int) { return View(*this, nullptr); }
  View own_view(int worker) { return View(*this, own_[static_cast<std::size_t>(worker)].data()); }
  std::size_t own() const noexcept { return own_.empty() ? 0 : hot_; }
  void populate(int) const noexcept {}
  CacheLines& lines() noexcept { return lines_; }

 private:
  static constexpr std::size_t kLineBytes = 64;
  static constexpr std::size_t kInLine = std::max<std::size_t>(1, kLineBytes / sizeof(State));

  bool is_waited_for(Index j) const noexcept { return j < hot_ || j == bias_; }
  // The bias is on a line of its own, behind the hot ones.
  std::size_t line_of(Index j) const noexcept {
    return j == bias_ ? hot_ / kInLine + 1 : j / kInLine;
  }

  State* shared_;
  Index hot_, bias_;
  CacheLines lines_;
  std::vector<std::vector<State>> own_;  // [workers] each [hot], where there are views
};

}  // namespace hogwild::lab
