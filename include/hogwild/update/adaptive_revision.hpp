// AdaptiveRevision: adagrad that makes amends for the steps others took meanwhile.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>

#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// AdaptiveRevision, per coordinate, for gradients that arrive late. G is the sum of all gradients
/// applied; G_old is what it was when the weights of this gradient were read:
///   b = G - G_old                       what others applied since
///   e = alpha / sqrt(z')                the rate they had
///   z += g^2 + 2 g b;  z' = max(z', z)  z may shrink, z' may not; both start at 1
///   e' = alpha / sqrt(z');  w += -e' g + (e - e') b;  G += g
/// where alpha is the learning rate. Without delay, b = 0, it is adagrad with an initial sum of 1.
/// The four change as one: z' >= z would not survive words that change one by one. So where several
/// threads learn, each coordinate has a sequence number that one thread at a time makes odd: this
/// rule alone is not lock-free. G is a double; a float would lose the last gradients of a long run.
/// Source: McMahan and Streeter, NIPS 2014, algorithm 1.
struct AdaptiveRevision {
  static constexpr std::string_view kName =
      "adaptive_revision";                     ///< as the command line and files have it
  static constexpr float kDefaultRate = 0.1f;  ///< where no rate is given or found
  static constexpr bool kIndivisible = true;   ///< whether a state is read and written as a whole

  /// What is kept of a coordinate.
  struct State {
    float weight = 0;  ///< of the coordinate
    float above = 0;   ///< z - 1
    float peak = 0;    ///< z' - 1
    float unused = 0;  ///< makes whole words of it
    double sum = 0;    ///< G
  };

  using Seen = double;  ///< G_old
  /// What the step needs to know of the state at which the gradient was taken.
  Seen seen(const State& s) const noexcept { return s.sum; }

  /// The state of a coordinate after a step on its gradient g.
  template <class Net>
  State step(State s, float g, Seen seen, const Step<Net>& step) const noexcept {
    const auto others = static_cast<float>(s.sum - seen);
    const float before = step.rate / std::sqrt(1 + s.peak);
    s.above = std::min(s.above + g * g + 2 * g * others, std::numeric_limits<float>::max());
    s.peak = std::max(s.peak, s.above);
    const float rate = step.rate / std::sqrt(1 + s.peak);
    s.weight = step.penalty.shrink(s.weight - rate * g + (before - rate) * others, rate);
    s.sum += static_cast<double>(g);
    return s;
  }
  /// A step without delay.
  template <class Net>
  State step(State s, float g, const Step<Net>& step) const noexcept {
    return this->step(s, g, s.sum, step);
  }
  /// Of a copy that nobody revises: for the bias, over a few rows. (For longer there is no honest
  /// merge: a step is revised by the gradients that others applied since its own was taken, and of
  /// those a copy knows nothing, nor does a sum of its gradients tell when each was taken.)
  State merge(State shared, const State& before, const State& after,
              const Parting& /*parting*/) const noexcept {
    shared.weight = merged_sum(shared.weight, before.weight, after.weight);
    shared.above = merged_sum(shared.above, before.above, after.above);
    shared.peak = std::max({shared.peak, shared.above, after.peak});
    shared.sum = merged_sum(shared.sum, before.sum, after.sum);
    return shared;
  }
};

}  // namespace hogwild
