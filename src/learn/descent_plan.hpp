// The choices of a run that its descent needs, all fixed before it starts.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/objective/penalty.hpp"
#include "hogwild/update/update_rule.hpp"
#include "learn/coordinates.hpp"
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
  bool alone = false;  ///< one thread learns, in memory of this process alone; others may read
                       ///< weights meanwhile
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
  Views views = Views::none;  ///< only for rules that can merge, without a lock, and for steps that
                              ///< a worker makes by itself
  double line_transfer = 0;   ///< seconds to pass a cache line to another core
  std::shared_ptr<const std::atomic<int>> others{};  ///< number of workers of other processes that
                                                     ///< learn into `cells`
};

}  // namespace hogwild
