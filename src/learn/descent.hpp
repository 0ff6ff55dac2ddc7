// The interface of the training loops: learn a block of rows, read the weights. Its virtual
// functions hide the choices of a run (rule, loss, placement, penalty); the loops are compiled for
// each choice.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/learn/view_report.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/objective/penalty.hpp"
#include "hogwild/update/update_rule.hpp"
#include "learn/hot_coordinates.hpp"
#include "learn/kernel.hpp"

namespace hogwild {

/// What the rows of one partner add to a batch.
struct BatchPart {
  struct Entry {
    Index coordinate = 0;
    float gradient = 0;      ///< the sum over the rows
    std::uint32_t rows = 0;  ///< that touch it
  };

  std::uint64_t rows = 0;  ///< of the batch
  bool at_end = false;     ///< it has no more rows, and is there for the others' alone
  Pace pace;
  std::vector<Entry> entries;  ///< each coordinate once, biases among them
};

class BatchPartners {
 public:
  virtual ~BatchPartners() = default;

  /// The parts of all, in the same order for all; each partner calls it for each batch. The first
  /// one's pace is that of all.
  virtual std::vector<BatchPart> gather(const BatchPart& own) = 0;
};

enum class StatePlacement { shared, per_thread };  ///< where optimizer state lives
enum class Landing { racy, atomic, locked };       ///< how a step lands

/// Which workers learn a block.
enum class Teamwork {
  none,      ///< one worker, while the others learn other blocks
  together,  ///< all workers, each a part; bit-identical for any number of workers
};

/// Whether workers have private cells for hot coordinates: see WorkerViews.
enum class Views {
  none,
  tried,   ///< used if they are measured to be faster during the run
  always,  ///< always used; learn() with kNoWorker learns in the shared cells
};
inline constexpr int kNoWorker = -1;

/// Number of rows whose margins are computed with the same weights, when workers learn together and
/// a step is one row: large enough to pay for the barrier, small enough not to change the result
/// much. Measured with adagrad, test loss after one epoch row by row / in groups of 64 / of 256:
/// a9a at rate 0.1 0.3240 / 0.3238 / 0.3236, at 0.5 0.3303 / 0.3312 / 0.3432; rcv1 at 0.5 0.1044 /
/// 0.1050 / 0.1053; click at 0.1 0.4068 for all.
inline constexpr std::size_t kGroupRows = 64;

/// Everything that make_descent() needs.
struct DescentPlan {
  Index features = 0;
  Index likely_features = 0;   ///< most steps are on features below this number; 0: on all features
  std::uint64_t nonzeros = 0;  ///< non-zeros of the rows to learn; 0: unknown
  Index outputs = 1;           ///< margins per row: one, or one per class
  int workers = 1;
  AnyLoss loss;
  AnyUpdateRule rule;
  StatePlacement state = StatePlacement::shared;
  Landing landing = Landing::racy;
  Teamwork teamwork = Teamwork::none;
  std::vector<Index> owners{};  ///< [workers + 1] with Teamwork::together worker m updates features
                                ///< owners[m] to below owners[m + 1]; from 0 to `features`
  std::size_t batch = 1;        ///< rows per step, whose gradients are averaged
  std::size_t group = kGroupRows;  ///< rows whose margins are computed with the same weights, if
                                   ///< workers learn together and a step is one row
  bool bias = true;
  bool batch_norm = false;  ///< normalise the margins of a batch; `bias` is then ignored
  bool average = false;     ///< the result is the mean of the weights over all steps
  bool catch_up = false;    ///< exact penalties, applied when a coordinate is used (CaughtUp)
  float noise = 0;          ///< see GradientNoise
  std::uint64_t seed = 1;   ///< of the noise
  BatchPartners* partners = nullptr;  ///< others that add their rows to the same batches, if
                                      ///< workers learn together; `batch` is then the number of own
                                      ///< rows
  Penalty penalty{};
  std::shared_ptr<const float[]> penalty_scale{};  ///< [features + 1] n / d_j, 0 for the bias; null
                                                   ///< without penalty, or if the rule itself
                                                   ///< handles missed steps
  std::shared_ptr<std::byte> cells{};  ///< [features + 1] states in memory that other processes
                                       ///< share; null: own memory. If set, state is shared,
                                       ///< landing racy or atomic, outputs 1, and there is no batch
                                       ///< norm
  HotCoordinates hot{};                ///< the coordinates of the most frequent features
  bool hot_come_first = false;         ///< in each row hot coordinates are before all others
  Views views = Views::none;  ///< only for steps on single rows, by rules that can merge, without a
                              ///< lock
  double line_transfer = 0;   ///< seconds to pass a cache line to another core
  std::shared_ptr<const std::atomic<int>> others{};  ///< number of workers of other processes that
                                                     ///< learn into `cells`
};

/// Receives the weights of consecutive coordinates, starting at `first`. Weights may be zero. Two
/// coordinates may stand for the same weight of a model; then at most one of them is not zero.
using WeightVisitor = std::function<void(Index first, std::span<const float> weights)>;

/// The parameters of a run. Any threads may call all members but start() at the same time; with
/// per-thread state, views or batches, only one thread at a time may call learn() with a given
/// worker number. Coordinates: the weight of output k of feature j is at j * outputs + k; after all
/// weights come the biases of the outputs.
class Descent {
 public:
  virtual ~Descent() = default;

  /// Makes one step per row, or per batch of rows, in order. Row indices are < features. With
  /// Teamwork::together all workers call it with the same rows and pace, and only the result of
  /// worker 0 has the losses. Pace::time counts steps.
  virtual LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) = 0;

  /// Whether a worker must take no more blocks in this epoch; asked: whether a stop is requested.
  /// Workers that must stay in step stop when all of them stop.
  virtual bool ends(bool asked) { return asked; }

  /// Each worker calls it when it has no more blocks: merges the private steps of the worker into
  /// the shared weights, and takes part in the batches of partners that have more rows. Only after
  /// all workers have called it, the functions below return the final values.
  virtual void settle(int worker) = 0;

  /// w.x + b with the current weights, if there is one output. Row indices are < features.
  virtual float margin(const SparseRow& row, Pace now) const = 0;

  /// The current weight of a coordinate, as in a model; features * outputs + k is a bias.
  virtual float weight(Index coordinate, Pace now) const = 0;

  /// Calls visit() for the weights of features whose coordinates are below `end`. Skipped weights
  /// are zero: in a large feature space most weights may have no memory yet, and reading them would
  /// allocate it.
  virtual void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const = 0;

  /// Which weights have private copies; if the system can't provide views, the reason is its error
  /// message.
  virtual ViewReport views() const { return {}; }

  /// Sets the initial weight of a coordinate. REQUIRES: no thread learns yet, and the rule's state
  /// holds a weight (not ftrl's).
  virtual void start(Index coordinate, float weight) = 0;

  /// Everything learnt so far, including the rule's state, as bytes for restore(). If threads learn
  /// at the same time, each state is consistent, but the states are from different moments. Empty
  /// if the descent does not support this.
  virtual std::string state() const { return {}; }

  /// Restores what state() returned; false if it is of another plan. REQUIRES: no thread learns
  /// yet.
  virtual bool restore(std::string_view /*state*/) { return false; }

  /// Adds `by` to the weight of a coordinate, outside of the steps of the rule. REQUIRES: the
  /// rule's state holds a weight.
  virtual void move(Index coordinate, float by) = 0;

  /// Copies the state of a coordinate, the bytes of the rule's State; set_state() replaces it.
  /// REQUIRES: a descent from make_descent() with shared state.
  virtual void copy_state(Index /*coordinate*/, std::span<std::byte> /*state*/) const {}
  virtual void set_state(Index /*coordinate*/, std::span<const std::byte> /*state*/) {}
};

/// A descent by one rule, whose weights start at zero. Throws std::bad_alloc. CMake makes a file
/// that defines it for each rule, see kernel.cpp.in.
template <class Rule>
std::unique_ptr<Descent> make_descent_by(const Rule& rule, DescentPlan plan);

/// The same by the plan's rule.
inline std::unique_ptr<Descent> make_descent(DescentPlan plan) {
  const AnyUpdateRule any = plan.rule;
  return std::visit([&](const auto& rule) { return make_descent_by(rule, std::move(plan)); }, any);
}

}  // namespace hogwild
