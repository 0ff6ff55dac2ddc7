// Whether a loss still gets better, epoch by epoch.
#pragma once

namespace hogwild {

/// Remembers the best of a sequence of losses, and how long ago it was.
class Improvement {
 public:
  /// A loss counts as better if it is below the best by more than min_delta.
  explicit Improvement(double min_delta = 0) : min_delta_(min_delta) {}

  /// Notes the loss of an epoch, counted from 1; whether it is the best so far.
  bool note(int epoch, double loss) noexcept {
    if (best_epoch_ != 0 && !(loss < best_loss_ - min_delta_)) return false;
    best_epoch_ = epoch;
    best_loss_ = loss;
    return true;
  }

  int best_epoch() const noexcept { return best_epoch_; }  ///< 0: none was noted
  int epochs_since(int epoch) const noexcept { return epoch - best_epoch_; }

 private:
  double min_delta_;
  int best_epoch_ = 0;
  double best_loss_ = 0;
};

}  // namespace hogwild
