// Run a block, read the weights: the one virtual face between what is chosen once a run (rule,
// loss, placement, penalty) and the loops that are compiled for each choice.
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

#include "hogwild/learn/view_report.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/objective/penalty.hpp"
#include "hogwild/update/update_rule.hpp"
#include "learn/batch_partners.hpp"
#include "learn/hot_coordinates.hpp"
#include "learn/kernel.hpp"

namespace hogwild {

enum class StatePlacement { shared, per_thread };  ///< where optimizer state lives
enum class Landing { racy, atomic, locked };       ///< how a step lands

/// Who learns a block.
enum class Teamwork {
  none,      ///< one worker, while the others learn other blocks
  together,  ///< all workers, each its part, with the same bits whatever their number
};

/// Whether workers have cells of their own for hot coordinates: see WorkerViews.
enum class Views {
  none,
  tried,   ///< where they are found to pay, as rows are learnt
  always,  ///< and learn() may be called with kNoWorker, to learn in the shared cells
};
inline constexpr int kNoWorker = -1;

/// Rows whose margins are taken at the same weights when workers learn together one row a step:
/// many enough to be worth meeting for, few enough not to matter. Measured with adagrad, test loss
/// after one epoch row by row / in groups of 64 / of 256: a9a at rate 0.1 0.3240 / 0.3238 / 0.3236,
/// at 0.5 0.3303 / 0.3312 / 0.3432; rcv1 at 0.5 0.1044 / 0.1050 / 0.1053; click at 0.1 0.4068 for
/// all.
inline constexpr std::size_t kGroupRows = 64;

/// Everything a descent is told at birth.
struct DescentPlan {
  Index features = 0;
  Index likely_features = 0;   ///< from the first on, that most steps are on; 0: all
  std::uint64_t nonzeros = 0;  ///< of the rows that are to be learnt; 0: nobody knows
  Index outputs = 1;           ///< margins a row has: one, or one a class
  int workers = 1;
  AnyLoss loss;
  AnyUpdateRule rule;
  StatePlacement state = StatePlacement::shared;
  Landing landing = Landing::racy;
  Teamwork teamwork = Teamwork::none;
  std::vector<Index> owners{};  ///< [workers + 1] features each worker steps when all are together,
                                ///< from 0 to `features`
  std::size_t batch = 1;        ///< rows a step, whose gradients are averaged
  std::size_t group = kGroupRows;  ///< rows whose margins are taken at the same weights, when
                                   ///< workers are together and a step is one row
  bool bias = true;
  bool batch_norm = false;  ///< of the margins of a batch; then there is no bias
  bool average = false;     ///< what is kept is the mean of the weights over all steps
  bool catch_up = false;    ///< penalties are exact, paid when a coordinate is touched (CaughtUp)
  float noise = 0;          ///< see GradientNoise
  std::uint64_t seed = 1;   ///< of the noise
  BatchPartners* partners = nullptr;  ///< whose rows are of the same batches, workers being
                                      ///< together; a batch then is this one's part of it
  Penalty penalty{};
  std::shared_ptr<const float[]> penalty_scale{};  ///< [features + 1] n / d_j, 0 for the bias; null
                                                   ///< if there is no penalty, or the rule sees to
                                                   ///< missed steps itself
  std::shared_ptr<std::byte> cells{};  ///< where they are if other processes have them too: those
                                       ///< of [features + 1] states. Then state is shared, landing
                                       ///< racy or atomic, outputs one, and there is no batch norm
  HotCoordinates hot{};                ///< those that most steps are on
  bool hot_come_first = false;         ///< in each row they come before all others
  Views views = Views::none;  ///< with steps on single rows, by rules that can merge, and not under
                              ///< one lock
  double line_transfer = 0;   ///< seconds that passing a cache line to another core takes
  std::shared_ptr<const std::atomic<int>> others{};  ///< how many workers other processes have that
                                                     ///< learn into `cells`
};

/// Takes the weights of coordinates that follow each other, from the first on. They may be zero;
/// the coordinates of two features may be meant for one weight, and then all but one are zero.
using WeightVisitor = std::function<void(Index first, std::span<const float> weights)>;

/// Parameters being learnt. All members but start() may be called from any threads at once; where
/// state is per-thread, workers have views, or batches are learnt, learn() by one thread at a time
/// for each worker number. The coordinates are those of the weights, output k of feature j
/// at j * outputs + k, then of the outputs' biases.
class Descent {
 public:
  virtual ~Descent() = default;

  /// One step on each row, or on each `batch` of them, in order. Row indices are < features.
  /// Together: all workers call it with the same rows and pace, and the losses are in the sum of
  /// worker 0. What a pace's time counts are steps.
  virtual LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) = 0;

  /// Whether a worker is to learn no further block of this epoch, given whether it is asked to end.
  /// Those who are in step with others end when all do.
  virtual bool ends(bool asked) { return asked; }

  /// To be called by each worker that has no more blocks to learn: steps that it has kept to itself
  /// reach the others, and partners that have more are not left alone. Only when all workers have
  /// is what follows the whole truth.
  virtual void settle(int worker) = 0;

  /// w.x + b with the weights as they are now, of a descent of one output. Row indices are
  /// < features.
  virtual float margin(const SparseRow& row, Pace now) const = 0;

  /// The weight of a coordinate now, as a model keeps it; features * outputs + k is a bias.
  virtual float weight(Index coordinate, Pace now) const = 0;

  /// Visits the weights of features whose coordinates are below `end`. Those left out are zero: in
  /// a large feature space, sparsely used, most weights have no memory, and to read them would give
  /// them some.
  virtual void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const = 0;

  /// How the workers have seen the parameters so far; the reason is the system's, if that gives no
  /// views.
  virtual ViewReport views() const { return {}; }

  /// Lets a coordinate begin at that weight. REQUIRES: nobody learns yet, and the rule's state
  /// holds a weight (not ftrl's).
  virtual void start(Index coordinate, float weight) = 0;

  /// All that has been learnt, the rule's state included, as bytes that restore() takes. Of states
  /// that are learnt meanwhile each is whole, and they are of different moments. Empty for a
  /// descent that has no such form.
  virtual std::string state() const { return {}; }

  /// Goes on from there. REQUIRES: nobody learns yet. False for bytes that are of another plan.
  virtual bool restore(std::string_view /*state*/) { return false; }

  /// Adds to the weight of a coordinate, as a step of another kind than the rule's. REQUIRES: the
  /// rule's state holds a weight.
  virtual void move(Index coordinate, float by) = 0;

  /// The state of a coordinate, in the bytes of the rule's State, and its replacement by another.
  /// REQUIRES: a descent of make_descent(), whose state is shared.
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
