// The interfaces of the training loops: read the weights, learn a block of rows. Their virtual
// functions hide the choices of a run (rule, loss, placement, penalty); the loops are compiled for
// each choice.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

#include "hogwild/learn/view_report.hpp"
#include "learn/descent_plan.hpp"

namespace hogwild {

/// Receives the weights of consecutive coordinates, starting at `first`. Weights may be zero. Two
/// coordinates may stand for the same weight of a model; then at most one of them is not zero.
using WeightVisitor = std::function<void(Index first, std::span<const float> weights)>;

/// The weights of a run. Any threads may call all members but start() at the same time.
/// Coordinates: the weight of output k of feature j is at j * outputs + k; after all weights come
/// the biases of the outputs.
class Weights {
 public:
  virtual ~Weights() = default;

  /// The current weight of a coordinate, as in a model; features * outputs + k is a bias. Where
  /// other processes have weights too, only biases, as each_weight() received them last.
  virtual float weight(Index coordinate, Pace now) const = 0;

  /// Calls visit() for the weights of features whose coordinates are below `end`. Skipped weights
  /// are zero: in a large feature space most weights may have no memory yet, and reading them would
  /// allocate it.
  virtual void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const = 0;

  /// Sets the initial weight of a coordinate. REQUIRES: no thread learns yet, and the rule's state
  /// holds a weight (not ftrl's).
  virtual void start(Index coordinate, float weight) = 0;

  /// Sets the squares that a coordinate has summed before, of a rule that sums them (adagrad's) in
  /// parameters that are all here; otherwise nothing. REQUIRES: no thread learns yet.
  virtual void start_squares(Index /*coordinate*/, float /*squares*/) {}
};

/// Learns rows into the weights. Any threads may call all members but restore() at the same time;
/// with per-thread state, views, batches or classes, only one thread at a time may call learn()
/// with a given worker number.
class Descent : public Weights {
 public:
  /// Makes one step per row, or per batch of rows, in order. Row indices are < features. With
  /// Teamwork::together all workers call it with the same rows and pace, and only the result of
  /// worker 0 has the losses. Pace::time counts steps.
  virtual LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) = 0;

  /// Whether a worker must take no more blocks in this epoch; asked: whether a stop is requested.
  /// Workers that must stay in step stop when all of them stop.
  virtual bool ends(bool asked) { return asked; }

  /// Each worker calls it when it has no more blocks: merges the private steps of the worker into
  /// the shared weights, and takes part in the batches of partners that have more rows. Only after
  /// all workers have called it, weights have their final values.
  virtual void settle(int worker) = 0;

  /// Which weights have private copies; if the system can't provide views, the reason is its error
  /// message.
  virtual ViewReport views() const { return {}; }

  /// Everything learnt so far, including the rule's state, as bytes for restore(). If threads learn
  /// at the same time, each state is consistent, but the states are from different moments. Empty
  /// if the descent does not support this.
  virtual std::string state() const { return {}; }

  /// Restores what state() returned; false if it is of another plan. REQUIRES: no thread learns
  /// yet.
  virtual bool restore(std::string_view /*state*/) { return false; }
};

/// A descent with all its parameters in memory of this process: others can read and change them.
class LocalDescent : public Descent {
 public:
  /// w.x + b with the current weights, if there is one output. Row indices are < features.
  virtual float margin(const SparseRow& row, Pace now) const = 0;

  /// Adds `by` to the weight of a coordinate, outside of the steps of the rule. REQUIRES: the
  /// rule's state holds a weight.
  virtual void move(Index coordinate, float by) = 0;

  /// Copies the state of a coordinate, the bytes of the rule's State; set_state() replaces it.
  /// REQUIRES: shared state.
  virtual void copy_state(Index coordinate, std::span<std::byte> state) const = 0;
  virtual void set_state(Index coordinate, std::span<const std::byte> state) = 0;
};

/// A descent by one rule, whose weights start at zero. Throws std::bad_alloc. CMake makes a file
/// that defines it for each rule, see kernel.cpp.in.
template <class Rule>
std::unique_ptr<LocalDescent> make_descent_by(const Rule& rule, DescentPlan plan);

/// The same by the plan's rule.
inline std::unique_ptr<LocalDescent> make_descent(DescentPlan plan) {
  const AnyUpdateRule any = plan.rule;
  return std::visit([&](const auto& rule) { return make_descent_by(rule, std::move(plan)); }, any);
}

}  // namespace hogwild
