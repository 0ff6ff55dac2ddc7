// Virtual workers around servers.
#pragma once

#include <algorithm>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lab/virtual/workers.hpp"

namespace hogwild::lab {

/// A server: a worker fetches what its next rows touch, learns them on what it was given, and
/// pushes the gradients' sums.
template <class Rule>
class VirtualDownpour final : public Workers<Rule> {
  using Base = Workers<Rule>;
  using State = typename Rule::State;

 public:
  using Base::Base;

  LossSum learn(int, std::span<const SparseRow> rows, Pace pace) override {
    while (!rows.empty()) {
      const auto cycle = rows.first(std::min<std::size_t>(rows.size(), this->options_.fetch_every));
      rows = rows.subspan(cycle.size());
      fetch({cycle.begin(), cycle.end()}, pace);
      pace.time += cycle.size();
    }
    return this->take_loss();
  }

 private:
  using Copy = std::unordered_map<Index, State>;

  struct Pushed {
    Index coordinate;
    float gradient;
    SeenBy<Rule> seen;
  };

  void fetch(std::vector<SparseRow> rows, const Pace& pace) {
    const auto [time, worker] = this->next_free();
    std::uint64_t coordinates = this->plan_.bias ? 1 : 0;
    double work = 0;
    for (const SparseRow& row : rows) {
      coordinates += row.nonzeros();
      work += this->row_time(worker, row);
    }
    this->send_to_servers(worker, time, coordinates * kIndexBytes, 0,
                          [this, rows = std::move(rows), pace, worker = worker, coordinates, work] {
                            const double begin = this->answered(coordinates * sizeof(State));
                            learn_cycle(rows, pace, worker, begin);
                            this->set_free(worker, begin + work);
                          });
  }

  // At the moment at which the server reads: what the worker makes of it is settled by then.
  void learn_cycle(const std::vector<SparseRow>& rows, Pace pace, int worker, double time) {
    Copy copy;
    std::unordered_map<Index, SeenBy<Rule>> seen;
    const auto take = [&](Index j) {
      copy.emplace(j, this->states_[j]);
      if constexpr (has_memory<Rule>) seen.emplace(j, this->seen_of(this->states_[j]));
    };
    for (const SparseRow& row : rows) {
      for (const Index j : row.indices) take(j);
    }
    if (this->plan_.bias) take(this->plan_.features);
    const std::uint64_t read_at = this->updates_;
    std::unordered_map<Index, float> sums;
    Offset since_push = 0;
    const auto push = [&] {
      std::vector<Pushed> pushes;
      for (const auto& [j, sum] : sums) {
        pushes.push_back({j, sum, {}});
        if constexpr (has_memory<Rule>) {
          pushes.back().seen = seen[j];
          seen[j] += static_cast<SeenBy<Rule>>(sum);
        }
      }
      sums.clear();
      since_push = 0;
      const std::uint64_t bytes = pushes.size() * (kIndexBytes + kNumberBytes);
      const double work = static_cast<double>(pushes.size()) * this->options_.costs.nonzero;
      this->send_to_servers(worker, time, bytes, work,
                            [this, pushes = std::move(pushes), pace, read_at] {
                              for (const Pushed& each : pushes) {
                                this->step(each.coordinate, each.gradient, each.seen, pace);
                              }
                              this->note_step(read_at);
                            });
    };
    for (const SparseRow& row : rows) {
      time += this->row_time(worker, row);
      if (row.weight != 0) {
        const float slope = this->slope_by(row, pace, [&](Index j) { return copy.at(j); });
        this->for_each_gradient(row, slope, [&](Index j, float gradient) {
          sums[j] += gradient;
          State& state = copy[j];
          state = this->rule_.step(state, gradient, this->step_at(pace));
        });
      }
      if (++since_push >= this->options_.push_every) push();
      ++pace.time;
    }
    if (!sums.empty()) push();
  }
};

}  // namespace hogwild::lab
