// Downpour SGD: workers fetch the parameters that their next rows touch from the servers that have
// them, learn those rows on their own copy, and push the sum of the gradients back.
// Source: Dean et al., "Large scale distributed deep networks", NIPS 2012, section 4.1. With
// adaptive_revision a push says what the sum of gradients was when its weights were read, and the
// server makes amends for what others have pushed since: McMahan and Streeter, NIPS 2014.
#include "distributed/descents.hpp"

#include <algorithm>
#include <atomic>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "distributed/servers.hpp"
#include "distributed/touched.hpp"
#include "hogwild/core/error.hpp"
#include "learn/kernel.hpp"
#include "objective/switched_loss.hpp"
#include "parallel/mapped_memory.hpp"
#include "parallel/placement.hpp"

namespace hogwild {
namespace {

/// Invariants:
///  1. local_ is the rank's own copy: cells that its workers load and store as they like. A state
///     that arrives replaces what they have made of it.
///  2. A worker's own steps are never lost in its copy: those that a server had not been sent when
///     it was asked are made again on what it answers (read-my-writes: Ho et al., NIPS 2013). So
///     what one worker alone learns is what it would without servers, however far ahead it fetches.
///     It rests on messages of one rank to another arriving in order.
///  3. A worker's state is used by that worker alone.
template <class Rule>
class Downpour final : public Descent {
  using State = typename Rule::State;
  using Landing = std::conditional_t<is_indivisible<Rule>, GuardedLanding, RacyLanding>;
  using Local = SharedParameters<State, Landing::template CellType>;

 public:
  Downpour(World& world, const Rule& rule, const DescentPlan& plan, const Partition& partition,
           const DistributedOptions& options, float learning_rate)
      : world_(world),
        rule_(rule),
        plan_(plan),
        loss_(plan.loss),
        at_{plan.features, plan.outputs},
        options_(options),
        local_factor_(options.local_rate.value_or(learning_rate) / learning_rate),
        local_(at_.size()),
        warm_(options.warm_start == 0),
        penalty_of_{{plan_.penalty, plan_.penalty_scale.get()}, plan_.outputs},
        servers_(world, rule, partition, plan.workers + 1, penalty_of_) {
    for (int worker = 0; worker < plan.workers; ++worker) workers_.emplace_back(at_);
    world_.deliver(Message::begin, [this](int, std::span<const char>) {
      warm_.store(true, std::memory_order_relaxed);  // it tells no more than that
    });
    world_.barrier();
  }
  ~Downpour() override { world_.deliver(Message::begin, {}); }

  LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) override {
    WorkerState& own = workers_[static_cast<std::size_t>(worker)];
    wait_for_warmth(worker);
    RunningLoss sum;
    const auto cycle = [&](std::size_t begin) {
      return rows.subspan(begin, std::min<std::size_t>(options_.fetch_every, rows.size() - begin));
    };
    fetch(worker, cycle(0));
    install(worker);
    for (std::size_t begin = 0; begin < rows.size(); begin += options_.fetch_every) {
      const auto now = cycle(begin);
      const std::size_t next = begin + now.size();
      const bool more = next < rows.size();
      if (more && !options_.blocking) fetch(worker, cycle(next));
      for (const SparseRow& row : now) {
        learn_row(own, row, pace, sum);
        ++pace.time;
        if (++own.rows >= options_.push_every) push(worker, pace);
      }
      if (more && options_.blocking) fetch(worker, cycle(next));
      if (more) install(worker);
    }
    own.rate = pace.rate;
    if (is_first(worker) && !warm_.load(std::memory_order_relaxed)) {
      warmed_ += rows.size();
      if (warmed_ >= options_.warm_start) let_begin();
    }
    return sum.sum();
  }

  void settle(int worker) override {
    WorkerState& own = workers_[static_cast<std::size_t>(worker)];
    push(worker, {.rate = own.rate});
    if (is_first(worker) && !warm_.load(std::memory_order_relaxed)) let_begin();
    servers_.settle(worker);
  }

  float weight(Index coordinate, Pace now) const override {
    return lookahead_of(rule_, local_[coordinate].load(), step_at(coordinate, now));
  }

  void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const override {
    const auto biases = servers_.take_weights(plan_.workers, now, at_, end, visit);
    for (Index output = 0; output < at_.outputs; ++output) {
      set_local(at_.bias(output), [&](State state) {
        state.weight = biases[output];
        return state;
      });
    }
  }

  void start(Index coordinate, float weight) override { servers_.start(coordinate, weight); }

 private:
  Step<Penalty> step_at(Index coordinate, const Pace& pace) const noexcept {
    return {pace.rate, pace.share, penalty_of_(coordinate), pace.time};
  }

  // A step on the own copy.
  struct Made {
    Index coordinate;
    float gradient;
    Step<Penalty> step;
  };

  struct WorkerState {
    explicit WorkerState(const Coordinates& at)
        : wanted(at.features),
          touched(at.size()),
          sums(at.size()),
          seen(has_memory<Rule> ? at.size() : 0),
          margins(at.outputs),
          slopes(at.outputs) {}

    Touched wanted;  // features, by the rows of a fetch
    // Since the last push:
    Touched touched;
    ZeroedArray<float> sums;  // [coordinates] of gradients; all zero but those touched
    Offset rows = 0;

    std::vector<Made> made;          // since what was last pushed before the last fetch
    std::size_t pushed = 0;          // so many of them have been
    ZeroedArray<SeenBy<Rule>> seen;  // [coordinates] when they were fetched, and own pushes since
    std::vector<float> margins, slopes;  // [outputs] of a row
    float rate = 0;  // of the last rows, for what is pushed at the end of an epoch
  };

  bool is_first(int worker) const noexcept { return world_.is_first() && worker == 0; }

  void wait_for_warmth(int worker) {
    if (is_first(worker)) return;
    world_.wait_until([&] { return warm_.load(std::memory_order_relaxed); });
  }

  void let_begin() {
    for (int rank = 0; rank < world_.size(); ++rank) world_.send(rank, Message::begin, {});
  }

  // Asks for what the rows touch.
  void fetch(int worker, std::span<const SparseRow> rows) {
    WorkerState& own = workers_[static_cast<std::size_t>(worker)];
    own.wanted.clear();
    own.wanted.add(rows);
    servers_.ask(worker, own.wanted.coordinates(at_, plan_.bias));
    own.made.erase(own.made.begin(), own.made.begin() + static_cast<std::ptrdiff_t>(own.pushed));
    own.pushed = 0;
  }

  // Takes over what was asked for, as soon as it is there, and steps that it lacks.
  void install(int worker) {
    WorkerState& own = workers_[static_cast<std::size_t>(worker)];
    servers_.take(worker, [&](Index coordinate, const State& state) {
      set_local(coordinate, [&](State) { return state; });
      if constexpr (has_memory<Rule>) own.seen[coordinate] = rule_.seen(state);
    });
    for (std::size_t i = 0; i < own.made.size(); ++i) {
      const auto& [coordinate, gradient, step] = own.made[i];
      const bool is_bias = coordinate >= at_.bias();  // which is always asked for
      if (!is_bias && !own.wanted.contains(coordinate / at_.outputs)) continue;
      set_local(coordinate, [&](State state) { return rule_.step(state, gradient, step); });
      if constexpr (has_memory<Rule>) {
        if (i < own.pushed) own.seen[coordinate] += static_cast<SeenBy<Rule>>(gradient);
      }
    }
  }

  template <class Function>
  void set_local(Index coordinate, const Function& f) const {
    Landing::land(local_[coordinate], f);
  }

  void learn_row(WorkerState& own, const SparseRow& row, const Pace& pace, RunningLoss& sum) {
    if (row.weight == 0) return;
    Pace local = pace;
    local.rate *= local_factor_;
    const auto take = [&](Index coordinate, float gradient) {
      own.touched.add(coordinate);
      own.sums[coordinate] += gradient;
      if (local.rate == 0) return;
      const Step<Penalty> step = step_at(coordinate, local);
      set_local(coordinate, [&](State state) { return rule_.step(state, gradient, step); });
      own.made.push_back({coordinate, gradient, step});
    };
    if (at_.outputs > 1) return learn_classes(own, row, pace, take, sum);
    const auto weight_of = [&](Index j) { return weight(j, pace); };
    const float bias = plan_.bias ? weight_of(at_.bias()) : 0;
    const float product =
        row.values.empty() ? dot<true>(row, weight_of) : dot<false>(row, weight_of);
    const LossParts parts = loss_.parts(bias + product, row.label);
    sum.add(parts, row.weight);
    const float slope = row.weight * parts.slope;
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      take(row.indices[k], row.values.empty() ? slope : slope * row.values[k]);
    }
    if (plan_.bias) take(at_.bias(), slope);
  }

  // By the additions of ClassKernel, in its order.
  template <class Take>
  void learn_classes(WorkerState& own, const SparseRow& row, const Pace& pace, const Take& take,
                     RunningLoss& sum) {
    std::ranges::fill(own.margins, 0.0f);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      for (Index output = 0; output < at_.outputs; ++output) {
        own.margins[output] += row.value(k) * weight(at_.weight(row.indices[k], output), pace);
      }
    }
    for (Index output = 0; plan_.bias && output < at_.outputs; ++output) {
      own.margins[output] += weight(at_.bias(output), pace);
    }
    sum.add(loss_.take_classes(own.margins, row.label, row.weight, own.slopes), row.weight);
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      for (Index output = 0; output < at_.outputs; ++output) {
        take(at_.weight(row.indices[k], output), own.slopes[output] * row.value(k));
      }
    }
    for (Index output = 0; plan_.bias && output < at_.outputs; ++output) {
      take(at_.bias(output), own.slopes[output]);
    }
  }

  // Sends the sums to their servers.
  void push(int worker, const Pace& pace) {
    WorkerState& own = workers_[static_cast<std::size_t>(worker)];
    thread_local std::vector<Push<Rule>> pushes;
    pushes.clear();
    for (const Index coordinate : own.touched.list()) {
      Push<Rule>& push = pushes.emplace_back();
      push.coordinate = coordinate;
      push.gradient = std::exchange(own.sums[coordinate], 0.0f);
      if constexpr (has_memory<Rule>) {
        push.seen = own.seen[coordinate];
        // The worker's own copy has stepped by it.
        if (local_factor_ != 0) own.seen[coordinate] += static_cast<SeenBy<Rule>>(push.gradient);
      }
    }
    servers_.push(worker, pushes, pace);
    own.touched.clear();
    own.rows = 0;
    own.pushed = own.made.size();
  }

  World& world_;
  Rule rule_;
  DescentPlan plan_;
  SwitchedLoss loss_;
  Coordinates at_;
  DistributedOptions options_;
  float local_factor_;  // the local rate's part of the learning rate
  mutable Local local_;
  std::vector<WorkerState> workers_;  // [workers]
  std::atomic<bool> warm_;            // whether all may learn
  Offset warmed_ = 0;                 // rows, by the first worker of all alone
  PenaltyOf<Rule> penalty_of_;
  mutable Servers<Rule> servers_;
};

}  // namespace

std::unique_ptr<Descent> make_downpour(World& world, const DescentPlan& plan,
                                       const Partition& partition,
                                       const DistributedOptions& options, float learning_rate) {
  return std::visit(
      [&]<class Rule>(const Rule& rule) -> std::unique_ptr<Descent> {
        if constexpr (is_served<Rule>) {
          return std::make_unique<Downpour<Rule>>(world, rule, plan, partition, options,
                                                  learning_rate);
        } else {
          throw OptionError("optimizer", "this rule is not served");
        }
      },
      plan.rule);
}

}  // namespace hogwild
