// What the virtual workers of every method have, and the clock that they share.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>
#include <vector>

#include "hogwild/core/random.hpp"
#include "hogwild/lab/simulate.hpp"
#include "learn/descent.hpp"
#include "learn/kernel.hpp"
#include "objective/switched_loss.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild::lab {

/// What is to happen when. Of events at one time those that were planned first come first.
class VirtualClock {
 public:
  double now() const noexcept { return now_; }

  /// REQUIRES: time >= now().
  void at(double time, std::function<void()> event) {
    events_.push({time, planned_++, std::move(event)});
  }

  /// Lets everything happen that is planned up to a time, also what is planned meanwhile; then it
  /// is that time.
  void run_to(double time) {
    while (!events_.empty() && events_.top().time <= time) run_next();
    now_ = std::max(now_, time);
  }

  /// Lets everything happen.
  void run_out() {
    while (!events_.empty()) run_next();
  }

  /// Lets the next event happen. REQUIRES: there is one.
  void run_next() {
    // The queue lets nobody move from its top; what is left of it is popped at once.
    Event next = std::move(const_cast<Event&>(events_.top()));
    events_.pop();
    now_ = std::max(now_, next.time);
    next.event();
  }

 private:
  struct Event {
    double time;
    std::uint64_t number;
    std::function<void()> event;

    bool operator<(const Event& other) const noexcept {  // the queue's top is its greatest
      return time != other.time ? time > other.time : number > other.number;
    }
  };

  double now_ = 0;
  std::uint64_t planned_ = 0;
  std::priority_queue<Event> events_;
};

class VirtualWorkers : public Descent {
 public:
  /// The results so far, without epoch and loss.
  virtual SimulatedEpoch tally() const = 0;
};

inline constexpr std::uint64_t kDelays = 0x64656c6179;  // streams of random numbers
inline constexpr std::uint64_t kStragglers = 0x736c6f77;

// Bytes of a coordinate's number and of a number that goes with it.
inline constexpr std::uint64_t kIndexBytes = 4, kNumberBytes = 4;

// What all methods have: parameters, a clock, workers that are free at some time.
template <class Rule>
class Workers : public VirtualWorkers {
 public:
  using State = typename Rule::State;

  Workers(const Rule& rule, const DescentPlan& plan, const SimulationOptions& options,
          std::uint64_t seed)
      : rule_(rule),
        plan_(plan),
        loss_(plan.loss),
        options_(options),
        seed_(seed),
        states_(std::size_t{plan.features} + 1) {
    for (int worker = 0; worker < options.workers; ++worker) {
      free_.push({0, worker});
      const bool slow = Random(seed, kStragglers, static_cast<std::uint64_t>(worker)).uniform() <
                        options.costs.stragglers;
      slowness_.push_back(slow ? options.costs.slowness : 1);
    }
    wires_.resize(slowness_.size());
  }

  void settle(int) override {
    clock_.run_out();
    // An epoch ends for all at once.
    const double end = clock_.now();
    while (!free_.empty()) {
      latest_ = std::max(latest_, free_.top().time);
      free_.pop();
    }
    latest_ = std::max(latest_, end);
    for (int worker = 0; worker < options_.workers; ++worker) free_.push({latest_, worker});
    clock_.run_to(latest_);
  }

  float weight(Index coordinate, Pace now) const override {
    return outcome_of(rule_, states_[coordinate], step_at(now));
  }
  void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const override {
    for (Index j = 0; j < end; ++j) {
      if (const float w = weight(j, now); w != 0) visit(j, {&w, 1});
    }
  }
  void start(Index coordinate, float weight) override {
    if constexpr (requires(State state) { state.weight; }) states_[coordinate].weight = weight;
  }

  SimulatedEpoch tally() const override {
    return {.updates = updates_,
            .seconds = clock_.now(),
            .delay = steps_ > 0 ? delays_ / static_cast<double>(steps_) : 0,
            .bytes = bytes_};
  }

 protected:
  // What a worker that is to learn knows of it.
  struct Free {
    double time;
    int worker;
    bool operator<(const Free& other) const noexcept {  // the queue's top is its greatest
      return time != other.time ? time > other.time : worker > other.worker;
    }
  };

  static Step<NoPenalty> step_at(const Pace& pace) {
    return {pace.rate, pace.share, {}, pace.time};
  }

  // As the kernel takes it, in floats and four sums.
  template <class StateOf>
  float margin_by(const SparseRow& row, const Pace& pace, const StateOf& state_of) const {
    const auto weight_of = [&](Index j) { return lookahead_of(rule_, state_of(j), step_at(pace)); };
    const float sum = row.values.empty() ? dot<true>(row, weight_of) : dot<false>(row, weight_of);
    return plan_.bias ? weight_of(plan_.features) + sum : sum;
  }

  // The row's loss, which is noted.
  template <class StateOf>
  LossParts parts_by(const SparseRow& row, const Pace& pace, const StateOf& state_of) {
    const LossParts parts = loss_.parts(margin_by(row, pace, state_of), row.label);
    sum_.add(parts, row.weight);
    return parts;
  }
  template <class StateOf>
  float slope_by(const SparseRow& row, const Pace& pace, const StateOf& state_of) {
    return row.weight * parts_by(row, pace, state_of).slope;
  }

  // f(coordinate, gradient) for each that a row touches.
  template <class Function>
  void for_each_gradient(const SparseRow& row, float slope, const Function& f) const {
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      f(row.indices[k], row.values.empty() ? slope : slope * row.values[k]);
    }
    if (plan_.bias) f(plan_.features, slope);
  }

  // Lets the parameters step, with what the worker saw of the coordinate.
  void step(Index coordinate, float gradient, const SeenBy<Rule>& seen, const Pace& pace) {
    State& state = states_[coordinate];
    state = stepped(rule_, state, gradient, seen, step_at(pace));
  }

  SeenBy<Rule> seen_of(const State& state) const {
    if constexpr (has_memory<Rule>) return rule_.seen(state);
    return {};
  }

  double row_time(int worker, const SparseRow& row) const {
    const SimulatedCosts& costs = options_.costs;
    return slowness_[static_cast<std::size_t>(worker)] *
           (costs.row + costs.nonzero * static_cast<double>(row.nonzeros()));
  }

  double delay() {
    const Delay& delay = options_.costs.delay;
    const auto uniform = [&] { return Random(seed_, kDelays, drawn_++).uniform(); };
    switch (delay.kind) {
      case Delay::Kind::fixed:
        return delay.low;
      case Delay::Kind::uniform:
        return delay.low + (delay.high - delay.low) * uniform();
      case Delay::Kind::exponential:
        return -delay.high * std::log(1 - uniform());
      default:
        return 0;
    }
  }

  // Lets a message of that size leave a worker at a time, and act() happen when it has arrived and
  // the servers, which share out the work, have come to it and done it. Messages of a worker arrive
  // in the order they leave in.
  void send_to_servers(int worker, double time, std::uint64_t bytes, double work,
                       std::function<void()> act) {
    Wire& wire = wires_[static_cast<std::size_t>(worker)];
    const double passing = static_cast<double>(bytes) / options_.costs.bandwidth;
    wire.free = std::max(wire.free, time) + passing;
    wire.arrived = std::max(wire.arrived, wire.free + options_.costs.latency + delay());
    bytes_ += bytes;
    const double served = (passing + work) / static_cast<double>(servers());
    clock_.at(wire.arrived, [this, served, act = std::move(act)] {
      servers_free_ = std::max(servers_free_, clock_.now()) + served;
      clock_.at(servers_free_, act);
    });
  }

  // When an answer of that size, which leaves now, is at the worker.
  double answered(std::uint64_t bytes) {
    bytes_ += bytes;
    return clock_.now() + options_.costs.latency + delay() +
           static_cast<double>(bytes) / options_.costs.bandwidth;
  }

  void count_bytes(std::uint64_t bytes) { bytes_ += bytes; }

  void set_free(int worker, double time) {
    clock_.at(time, [this, worker, time] { free_.push({time, worker}); });
  }

  // The worker that is free first, when everything before has happened.
  Free next_free() {
    while (free_.empty()) clock_.run_next();
    const Free free = free_.top();
    free_.pop();
    clock_.run_to(free.time);
    return free;
  }

  // Notes a step on weights that were read after so many updates.
  void note_step(std::uint64_t read_at) {
    delays_ += static_cast<double>(updates_ - read_at);
    ++steps_;
    ++updates_;
  }

  LossSum take_loss() { return std::exchange(sum_, RunningLoss()).sum(); }

  Rule rule_;
  DescentPlan plan_;
  SwitchedLoss loss_;
  SimulationOptions options_;
  std::uint64_t seed_;
  ZeroedArray<State> states_;  // [features + 1] that the model is made of
  VirtualClock clock_;
  std::priority_queue<Free> free_;
  RunningLoss sum_;
  std::uint64_t updates_ = 0;

 private:
  // A worker's way to the servers.
  struct Wire {
    double free = 0;     // from when on
    double arrived = 0;  // the last message
  };

  int servers() const noexcept {
    return options_.servers > 0 ? options_.servers : options_.workers;
  }

  std::vector<double> slowness_;  // [workers]
  std::vector<Wire> wires_;       // [workers]
  double servers_free_ = 0;
  double latest_ = 0;
  std::uint64_t drawn_ = 0;  // random numbers
  std::uint64_t bytes_ = 0;
  std::uint64_t steps_ = 0;
  double delays_ = 0;  // sum over the steps
};

}  // namespace hogwild::lab
