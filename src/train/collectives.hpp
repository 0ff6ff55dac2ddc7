// What a run asks of all its members, which may be ranks with rows of their own.
#pragma once

#include "hogwild/data/dataset.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/train/result.hpp"
#include "train/tally.hpp"

namespace hogwild {

/// What a run asks of all its members, which may be ranks: sums, agreement, barriers. This class is
/// for one member. Where not noted, all members must call a function at the same point of the run.
class Collectives {
 public:
  virtual ~Collectives() = default;

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
