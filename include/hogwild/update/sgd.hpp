// Stochastic gradient descent: w -= eta g.
#pragma once

#include <string_view>

#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Plain gradient descent, w -= eta g; the rate eta comes from the schedule alone.
/// Source: Robbins and Monro, Annals of Mathematical Statistics 1951.
struct Sgd {
  static constexpr std::string_view kName = "sgd";  ///< as the command line and files have it
  static constexpr float kDefaultRate = 0.02f;      ///< where no rate is given or found

  /// Of one coordinate, or of several side by side.
  template <class Real>
  struct StateOf {
    Real weight{};  ///< of the coordinate
  };
  /// What is kept of a coordinate.
  using State = StateOf<float>;

  /// The rate of a coordinate in this state.
  template <class Net>
  float rate(State /*s*/, const Step<Net>& step) const noexcept {
    return step.rate;
  }

  /// The state of a coordinate after a step on its gradient g.
  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    s.weight = step.penalty.shrink(s.weight - step.rate * g, Real(step.rate));
    return s;
  }
  /// By the curvature: see share_of_move().
  State merge(State shared, State before, State after, const Parting& parting) const noexcept {
    const float share = share_of_move(parting.rate * parting.curvature, parting.workers);
    return {merged_move(shared.weight, before.weight, after.weight, share)};
  }
};

}  // namespace hogwild
