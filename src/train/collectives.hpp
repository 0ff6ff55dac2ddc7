// What the workers of a run have done, and what a run asks of all its members.
#pragma once

#include <cstdint>

#include "hogwild/data/dataset.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/result.hpp"
#include "parallel/cell.hpp"
#include "parallel/cores.hpp"

namespace hogwild {

/// What workers have done in an epoch.
struct TallySum {
  std::uint64_t rows = 0;
  std::uint64_t nonzeros = 0;
  double loss = 0;
  double weight = 0;

  double mean_loss() const noexcept { return weight > 0 ? loss / weight : 0; }
};

/// The same of one worker. Written by the worker once a block, so relaxed stores of its own sums
/// are enough; on a line of its own.
struct alignas(kCacheLinePair) Tally {
  Cell<TallySum> sum = {};
};

/// What a run asks of all its members, which may be ranks: sums, agreement, barriers. This class is
/// for one member. Where not noted, all members must call a function at the same point of the run.
class Collectives {
 public:
  virtual ~Collectives() = default;

  /// Whether there is no other member.
  virtual bool is_alone() const { return true; }

  /// Before an epoch is learnt: what all have done before is behind them.
  virtual void begin_epoch() {}

  /// After the last epoch, when what was learnt has been read.
  virtual void end_run() {}

  /// The work of all in an epoch.
  virtual TallySum sum(const TallySum& own) { return own; }

  /// The same while it goes on, about. Any time.
  virtual TallySum sum_so_far(const TallySum& own) { return own; }

  /// Of several reasons to end the gravest, or none for all.
  virtual StopReason agree(StopReason own) { return own; }

  /// Whether it is so for all.
  virtual bool all(bool own) { return own; }

  /// The mean loss of the validation rows of all.
  virtual double mean_loss(const Model& model, const Dataset& validation) {
    return hogwild::mean_loss(model, validation);
  }

  /// Whether another asks to end. Any time.
  virtual bool stop_requested() { return false; }

  /// Tells the others that this one wants to end. Any time.
  virtual void request_stop() {}

  /// Rows of all in an epoch, given this one's.
  virtual Offset rows(Offset own) const { return own; }

  /// Threads of all, given this one's.
  virtual int threads(int own) const { return own; }
};

}  // namespace hogwild
