// Virtual workers around a centre.
#pragma once

#include <algorithm>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "train/virtual/workers.hpp"

namespace hogwild {

/// A centre, and a replica for each worker, of the coordinates that it has touched.
template <class Rule>
class VirtualElastic final : public Workers<Rule> {
  using Base = Workers<Rule>;
  using State = typename Rule::State;

 public:
  VirtualElastic(const Rule& rule, const DescentPlan& plan, const SimulationOptions& options,
                 std::uint64_t seed)
      : Base(rule, plan, options, seed),
        is_alone_(options.workers == 1 && !options.elasticity),
        elasticity_(options.elasticity.value_or(0.9f / static_cast<float>(options.workers))),
        replicas_(static_cast<std::size_t>(options.workers)) {}

  LossSum learn(int, std::span<const SparseRow> rows, Pace pace) override {
    while (!rows.empty()) {
      const auto period = rows.first(std::min<std::size_t>(rows.size(), this->options_.period));
      rows = rows.subspan(period.size());
      learn_period({period.begin(), period.end()}, pace);
      pace.time += period.size();
    }
    return this->take_loss();
  }

 private:
  void learn_period(const std::vector<SparseRow>& rows, Pace pace) {
    auto [time, worker] = this->next_free();
    auto& replica = replicas_[static_cast<std::size_t>(worker)];
    std::vector<Index> touched;
    std::unordered_map<Index, bool> is_touched;
    const auto state_of = [&](Index j) {
      const auto found = replica.find(j);
      return found == replica.end() ? State{} : found->second;
    };
    for (const SparseRow& row : rows) {
      time += this->row_time(worker, row);
      if (row.weight != 0) {
        const float slope = this->slope_by(row, pace, state_of);
        this->for_each_gradient(row, slope, [&](Index j, float gradient) {
          if (is_touched.try_emplace(j, true).second) touched.push_back(j);
          State& state = replica[j];
          state = this->rule_.step(state, gradient, this->step_at(pace));
        });
      }
      ++pace.time;
    }
    const std::uint64_t bytes = touched.size() * kIndexBytes;
    this->send_to_servers(worker, time, bytes, 0, [this, touched = std::move(touched), worker] {
      const double there = this->answered(touched.size() * kNumberBytes);
      exchange(touched, worker, there);
      this->set_free(worker, there);
    });
  }

  // At the moment at which the centre is read. The worker waits for it.
  void exchange(const std::vector<Index>& touched, int worker, double time) {
    auto& replica = replicas_[static_cast<std::size_t>(worker)];
    std::vector<std::pair<Index, float>> moves;
    for (const Index j : touched) {
      State& own = replica[j];
      const float centre = this->states_[j].weight;
      if (is_alone_) {
        this->states_[j].weight = own.weight;
        continue;
      }
      const float difference = elasticity_ * (own.weight - centre);
      own.weight -= difference;
      moves.emplace_back(j, difference);
    }
    const std::uint64_t read_at = this->updates_;
    const std::uint64_t bytes = moves.size() * (kIndexBytes + kNumberBytes);
    const double work = static_cast<double>(moves.size()) * this->options_.costs.nonzero;
    this->send_to_servers(worker, time, bytes, work, [this, moves = std::move(moves), read_at] {
      for (const auto& [j, by] : moves) this->states_[j].weight += by;
      this->note_step(read_at);
    });
  }

  bool is_alone_;  // then there is nobody to be drawn to, and the centre follows
  float elasticity_;
  std::vector<std::unordered_map<Index, State>> replicas_;  // [workers]
};

}  // namespace hogwild
