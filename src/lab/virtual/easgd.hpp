// Virtual workers around a centre.
#pragma once

#include <algorithm>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "lab/virtual/workers.hpp"

namespace hogwild::lab {

/// A centre, and a replica for each worker, of the coordinates that it has touched. The two come
/// together as those of ranks do (distributed/coupling.hpp): by the rule's merge() of the steps
/// that the worker has made since its last exchange, or, given an elasticity, by a force.
template <class Rule>
class VirtualElastic final : public Workers<Rule> {
  using Base = Workers<Rule>;
  using State = typename Rule::State;

 public:
  VirtualElastic(const Rule& rule, const DescentPlan& plan, const SimulationOptions& options,
                 std::uint64_t seed)
      : Base(rule, plan, options, seed), replicas_(static_cast<std::size_t>(options.workers)) {}

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
  // What a worker has made of a coordinate since its last exchange.
  struct Steps {
    State before{};
    State now{};
  };

  void learn_period(const std::vector<SparseRow>& rows, Pace pace) {
    auto [time, worker] = this->next_free();
    auto& replica = replicas_[static_cast<std::size_t>(worker)];
    std::unordered_set<Index> touched;
    const auto state_of = [&](Index j) {
      const auto found = replica.find(j);
      return found == replica.end() ? State{} : found->second.now;
    };
    for (const SparseRow& row : rows) {
      time += this->row_time(worker, row);
      if (row.weight != 0) {
        const float slope = this->slope_by(row, pace, state_of);
        this->for_each_gradient(row, slope, [&](Index j, float gradient) {
          touched.insert(j);
          State& state = replica[j].now;
          state = this->rule_.step(state, gradient, this->step_at(pace));
        });
      }
      ++pace.time;
    }
    const std::uint64_t bytes = touched.size() * kIndexBytes;
    this->send_to_servers(
        worker, time, bytes, 0, [this, touched = std::move(touched), worker = worker] {
          const double there = this->answered(
              touched.size() * (this->options_.elasticity ? kNumberBytes : sizeof(State)));
          exchange(touched, worker, there);
          this->set_free(worker, there);
        });
  }

  // At the moment at which the centre is read. The worker waits for it.
  void exchange(const std::unordered_set<Index>& touched, int worker, double time) {
    auto& replica = replicas_[static_cast<std::size_t>(worker)];
    if (this->options_.elasticity) {
      std::vector<std::pair<Index, float>> moves;
      for (const Index j : touched) {
        State& own = replica[j].now;
        moves.emplace_back(j, *this->options_.elasticity * (own.weight - this->states_[j].weight));
        own.weight -= moves.back().second;
      }
      return push(worker, time, std::move(moves),
                  [this](Index j, float by) { this->states_[j].weight += by; });
    }
    std::vector<std::pair<Index, Steps>> steps;
    for (const Index j : touched) {
      Steps& own = replica[j];
      steps.emplace_back(j, own);
      own.now = merged(this->states_[j], own);
      own.before = own.now;
    }
    push(worker, time, std::move(steps),
         [this](Index j, const Steps& made) { this->states_[j] = merged(this->states_[j], made); });
  }

  // Lets the centre take each coordinate's part, as soon as it is there.
  template <class Part, class Take>
  void push(int worker, double time, std::vector<std::pair<Index, Part>> parts, const Take& take) {
    const std::uint64_t read_at = this->updates_;
    const std::uint64_t bytes = parts.size() * (kIndexBytes + sizeof(Part));
    const double work = static_cast<double>(parts.size()) * this->options_.costs.nonzero;
    this->send_to_servers(worker, time, bytes, work,
                          [this, parts = std::move(parts), read_at, take] {
                            for (const auto& [j, part] : parts) take(j, part);
                            this->note_step(read_at);
                          });
  }

  State merged(const State& centre, const Steps& steps) const {
    return this->rule_.merge(centre, steps.before, steps.now, Parting{});
  }

  std::vector<std::unordered_map<Index, Steps>> replicas_;  // [workers]
};

}  // namespace hogwild::lab
