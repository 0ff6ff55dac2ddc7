// Run a block, read the weights: the one virtual face between what is chosen once a run (rule,
// loss, placement, penalty) and the loops that are compiled for each choice.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "hogwild/objective/loss.hpp"
#include "hogwild/objective/penalty.hpp"
#include "hogwild/update/update_rule.hpp"
#include "learn/kernel.hpp"

namespace hogwild {

enum class StatePlacement { shared, per_thread };  ///< where optimizer state lives
enum class Landing { racy, atomic, locked };       ///< how a step lands

/// Everything a descent is told at birth.
struct DescentPlan {
  Index features = 0;
  int workers = 1;
  AnyLoss loss;
  AnyUpdateRule rule;
  StatePlacement state = StatePlacement::shared;
  Landing landing = Landing::racy;
  bool bias = true;
  Penalty penalty;
  std::vector<float> penalty_scale;  ///< [features + 1] n / d_j, 0 for the bias; or empty if there
                                     ///< is no penalty
};

/// Parameters being learnt. All members may be called from any threads at once; where state is
/// per-thread, learn() by one thread at a time for each worker number.
class Descent {
 public:
  virtual ~Descent() = default;

  /// One step on each row, in order. Row indices are < features.
  virtual LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) = 0;

  /// w.x + b with the weights as they are now. Row indices are < features.
  virtual float margin(const SparseRow& row) const = 0;

  /// The weight of coordinate j now; j = features is the bias.
  virtual float weight(Index j) const = 0;

  /// Writes the weights other than zero to where they belong: zeros is [features], all zero. (A
  /// zero that is written takes memory, which a sparsely used feature space can't afford.)
  virtual void copy_weights(std::span<float> zeros) const = 0;
};

/// Weights start at zero. Throws std::bad_alloc.
std::unique_ptr<Descent> make_descent(DescentPlan plan);

/// The same for one rule; defined for each in its file under kernels/.
template <class Rule>
std::unique_ptr<Descent> make_descent_by(const Rule& rule, DescentPlan plan);

}  // namespace hogwild
