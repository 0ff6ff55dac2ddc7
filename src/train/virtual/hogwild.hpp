// Virtual workers on one array.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "train/virtual/workers.hpp"

namespace hogwild {

/// One array: a row's step lands when the row has been gone through.
template <class Rule>
class VirtualHogwild final : public Workers<Rule> {
  using Base = Workers<Rule>;

 public:
  using Base::Base;

  LossSum learn(int, std::span<const SparseRow> rows, Pace pace) override {
    for (const SparseRow& row : rows) {
      if (row.weight != 0) begin(row, pace);
      ++pace.time;
    }
    return this->take_loss();
  }

 private:
  void begin(const SparseRow& row, const Pace& pace) {
    const auto [time, worker] = this->next_free();
    const auto state_of = [this](Index j) { return this->states_[j]; };
    const float slope = this->slope_by(row, pace, state_of);
    std::vector<SeenBy<Rule>> seen;
    if constexpr (has_memory<Rule>) {
      for (const Index j : row.indices) seen.push_back(this->seen_of(this->states_[j]));
      seen.push_back(this->seen_of(this->states_[this->plan_.features]));
    }
    const double end = time + this->row_time(worker, row) + this->delay();
    const auto land = [this, row, slope, pace, seen = std::move(seen), read_at = this->updates_] {
      std::size_t k = 0;
      this->for_each_gradient(row, slope, [&](Index j, float gradient) {
        this->step(j, gradient, has_memory<Rule> ? seen[k++] : SeenBy<Rule>{}, pace);
      });
      this->note_step(read_at);
    };
    this->clock_.at(end, land);
    this->set_free(worker, end);
  }
};

}  // namespace hogwild
