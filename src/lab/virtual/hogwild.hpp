// Virtual workers on one array.
#pragma once

#include <algorithm>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "lab/virtual/cells.hpp"
#include "lab/virtual/workers.hpp"
#include "learn/own_bias.hpp"
#include "learn/worker_views.hpp"

namespace hogwild::lab {

/// One array: a row's steps land when the row has been gone through, and the lines that they lie in
/// have come. By Method::views, each worker has cells of its own for frequent features.
template <class Rule>
class VirtualHogwild final : public Workers<Rule> {
  using Base = Workers<Rule>;
  using State = typename Rule::State;
  using Cells = VirtualCells<State>;
  using View = typename Cells::View;
  using Views = WorkerViews<Cells>;

 public:
  VirtualHogwild(const Rule& rule, const DescentPlan& plan, const SimulationOptions& options,
                 std::uint64_t seed)
      : Base(rule, plan, options, seed),
        cells_(&this->states_[0], plan.hot.hot, plan.features,
               options.method == Method::views && options.workers > 1, options),
        lines_(cells_.lines()),
        rows_(static_cast<std::size_t>(options.workers)) {
    if constexpr (may_part<Rule>) {
      if (cells_.own() == 0) return;
      views_ = std::make_unique<Views>(
          cells_, plan.hot, plan.features, options.workers,
          Cores{options.workers,
                std::max(options.costs.line_transfer, options.costs.far_line_transfer)});
    }
  }

  LossSum learn(int, std::span<const SparseRow> rows, Pace pace) override {
    for (const SparseRow& row : rows) {
      if (row.weight != 0) begin(row, pace);
      ++pace.time;
    }
    return this->take_loss();
  }

  void settle(int worker) override {
    Base::settle(worker);
    if constexpr (may_part<Rule>) {
      for (int w = 0; views_ && w < this->options_.workers; ++w) {
        lines_.begin(w, this->clock_.now());
        views_->part(w).settle(this->rule_, bias_at());
      }
    }
  }

 private:
  BiasAt bias_at() const noexcept { return {this->plan_.features, this->plan_.bias}; }

  void begin(const SparseRow& row, const Pace& pace) {
    const auto [time, worker] = this->next_free();
    lines_.begin(worker, time);
    if constexpr (may_part<Rule>) {
      if (views_) return begin_in_own(row, pace, worker);
    }
    const View view = cells_.view(worker);
    // Threads have copies of the bias, and merge them after some rows.
    const bool merges = ++rows_[static_cast<std::size_t>(worker)] % kBiasRows == 0;
    const auto state_of = [&](Index j) {
      return j < this->plan_.features || merges ? view.state(j) : this->states_[j];
    };
    const float slope = this->slope_by(row, pace, state_of);
    std::vector<SeenBy<Rule>> seen;
    if constexpr (has_memory<Rule>) {
      for (const Index j : row.indices) seen.push_back(this->seen_of(this->states_[j]));
      seen.push_back(this->seen_of(this->states_[this->plan_.features]));
    }
    land_later(row, worker, [this, row, slope, pace, view, merges, seen = std::move(seen)] {
      std::size_t k = 0;
      this->for_each_gradient(row, slope, [&](Index j, float gradient) {
        const SeenBy<Rule> then = has_memory<Rule> ? seen[k++] : SeenBy<Rule>{};
        if (j == this->plan_.features && !merges) return this->step(j, gradient, then, pace);
        view.update(j, [&](const State& state) {
          return stepped(this->rule_, state, gradient, then, this->step_at(pace));
        });
      });
    });
  }

  void begin_in_own(const SparseRow& row, const Pace& pace, int worker) {
    auto& part = views_->part(worker);
    part.take(bias_at());
    OwnBias bias(cells_.view(worker), bias_at(), this->rule_, part.bias());
    if (part.is_due()) part.merge_due(this->rule_, bias, pace.rate, 0);
    const View view = part.view();
    const auto state_of = [&](Index j) {
      return j < this->plan_.features ? view.state(j) : part.bias().now;
    };
    const LossParts parts = this->parts_by(row, pace, state_of);
    const float slope = row.weight * parts.slope;
    part.note(pace.rate, static_cast<double>(row.weight * parts.curvature));
    bias.step(slope, this->step_at(pace));
    land_later(row, worker, [this, row, slope, pace, view] {
      for (std::size_t k = 0; k < row.nonzeros(); ++k) {
        view.update(row.indices[k], [&](const State& state) {
          return stepped(this->rule_, state, slope * row.value(k), {}, this->step_at(pace));
        });
      }
    });
  }

  // Lets the row's steps land when the worker has gone through it. The worker goes on when it has
  // loaded what it steps: the stores wait in a buffer, which the next row's find empty.
  template <class Land>
  void land_later(const SparseRow& row, int worker, Land land) {
    const double end = lines_.end() + this->row_time(worker, row) + this->delay();
    this->clock_.at(std::max(end, lines_.stored(worker)),
                    [this, worker, land = std::move(land), read_at = this->updates_] {
                      lines_.begin(worker, this->clock_.now());
                      land();
                      this->note_step(read_at);
                      this->set_free(worker, lines_.end());
                    });
  }

  static constexpr std::uint64_t kBiasRows = OwnBias<View, Rule>::kMergeRows;

  Cells cells_;
  CacheLines& lines_;
  std::unique_ptr<Views> views_;     // null where nobody has own cells
  std::vector<std::uint64_t> rows_;  // [workers] begun
};

}  // namespace hogwild::lab
