#include "train/virtual_workers.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <queue>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/core/random.hpp"
#include "learn/kernel.hpp"
#include "objective/switched_loss.hpp"
#include "parallel/zeroed_array.hpp"
#include "train/virtual_clock.hpp"

namespace hogwild {
namespace {

constexpr std::uint64_t kDelays = 0x64656c6179;  // streams of random numbers
constexpr std::uint64_t kStragglers = 0x736c6f77;

// Bytes of a coordinate's number and of a number that goes with it.
constexpr std::uint64_t kIndexBytes = 4, kNumberBytes = 4;

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
    finish();
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

  float margin(const SparseRow& row, Pace now) const override {
    return margin_by(row, now, [&](Index j) { return states_[j]; });
  }
  float weight(Index coordinate, Pace now) const override {
    return outcome_of(rule_, states_[coordinate], step_at(now));
  }
  void copy_weights(std::span<float> zeros, Pace now) const override {
    for (Index j = 0; j < zeros.size(); ++j) {
      if (const float w = weight(j, now); w != 0) zeros[j] = w;
    }
  }
  void start(Index coordinate, float weight) override {
    if constexpr (requires(State state) { state.weight; }) states_[coordinate].weight = weight;
  }
  void move(Index, float) override {}  // nobody draws it anywhere

  VirtualTally tally() const override {
    return {clock_.now(), updates_, bytes_, steps_ > 0 ? delays_ / static_cast<double>(steps_) : 0};
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

  // Rows that wait for what they begin with.
  virtual void finish() {}

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

  // The row's slope, its loss being noted.
  template <class StateOf>
  float slope_by(const SparseRow& row, const Pace& pace, const StateOf& state_of) {
    const LossParts parts = loss_.parts(margin_by(row, pace, state_of), row.label);
    sum_.add(parts, row.weight);
    return row.weight * parts.slope;
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
                          [this, rows = std::move(rows), pace, worker, coordinates, work] {
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
    std::vector<Index> touched;
    std::unordered_map<Index, float> sums;
    Offset since_push = 0;
    const auto push = [&] {
      std::vector<Pushed> pushes;
      for (const Index j : touched) {
        pushes.push_back({j, sums[j], {}});
        if constexpr (has_memory<Rule>) {
          pushes.back().seen = seen[j];
          seen[j] += static_cast<SeenBy<Rule>>(sums[j]);
        }
      }
      touched.clear();
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
          if (sums.try_emplace(j, 0.0f).second) touched.push_back(j);
          sums[j] += gradient;
          State& state = copy[j];
          state = this->rule_.step(state, gradient, this->step_at(pace));
        });
      }
      if (++since_push >= this->options_.push_every) push();
      ++pace.time;
    }
    if (!touched.empty()) push();
  }
};

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

/// All step together, on the mean of a row of each.
template <class Rule>
class VirtualAllreduce final : public Workers<Rule> {
  using Base = Workers<Rule>;

 public:
  using Base::Base;

  LossSum learn(int, std::span<const SparseRow> rows, Pace pace) override {
    const auto workers = static_cast<std::size_t>(this->options_.workers);
    while (!rows.empty()) {
      const auto batch = rows.first(std::min(rows.size(), workers));
      rows = rows.subspan(batch.size());
      step_together(batch, pace);
      pace.time += batch.size();
    }
    return this->take_loss();
  }

 private:
  void step_together(std::span<const SparseRow> rows, const Pace& pace) {
    std::vector<Index> touched;
    std::unordered_map<Index, double> sums;
    double slowest = 0;
    for (std::size_t worker = 0; worker < rows.size(); ++worker) {
      const SparseRow& row = rows[worker];
      slowest = std::max(slowest, this->row_time(static_cast<int>(worker), row));
      if (row.weight == 0) continue;
      const float slope = this->slope_by(row, pace, [this](Index j) { return this->states_[j]; });
      this->for_each_gradient(row, slope, [&](Index j, float gradient) {
        if (sums.try_emplace(j, 0.0).second) touched.push_back(j);
        sums[j] += static_cast<double>(gradient);
      });
    }
    const auto n = static_cast<double>(rows.size());
    for (const Index j : touched) {
      this->step(j, static_cast<float>(sums[j] / n), this->seen_of(this->states_[j]), pace);
    }
    this->note_step(this->updates_);
    // Sums go up a tree and come down again; everybody waits for the last.
    double time = this->clock_.now() + slowest;
    if (this->options_.workers > 1) {
      const auto workers = static_cast<std::uint64_t>(this->options_.workers);
      const int rounds = 2 * static_cast<int>(std::ceil(std::log2(this->options_.workers)));
      const std::uint64_t bytes = touched.size() * (kIndexBytes + kNumberBytes);
      for (int round = 0; round < rounds; ++round) {
        time += this->options_.costs.latency + this->delay() +
                static_cast<double>(bytes) / this->options_.costs.bandwidth;
      }
      this->count_bytes(2 * (workers - 1) * bytes);
    }
    this->clock_.run_to(time);
  }
};

template <class Rule>
std::unique_ptr<VirtualWorkers> made(const Rule& rule, const DescentPlan& plan,
                                     const SimulationOptions& options, std::uint64_t seed) {
  switch (options.method) {
    case Method::downpour:
      return std::make_unique<VirtualDownpour<Rule>>(rule, plan, options, seed);
    case Method::easgd:
      if constexpr (!has_outcome<Rule>) {
        return std::make_unique<VirtualElastic<Rule>>(rule, plan, options, seed);
      }
      throw OptionError("optimizer", "ftrl keeps no weight that a centre could draw");
    case Method::allreduce:
      return std::make_unique<VirtualAllreduce<Rule>>(rule, plan, options, seed);
    default:
      return std::make_unique<VirtualHogwild<Rule>>(rule, plan, options, seed);
  }
}

}  // namespace

std::unique_ptr<VirtualWorkers> make_virtual_workers(const DescentPlan& plan,
                                                     const SimulationOptions& options,
                                                     std::uint64_t seed) {
  return std::visit([&](const auto& rule) { return made(rule, plan, options, seed); }, plan.rule);
}

}  // namespace hogwild
