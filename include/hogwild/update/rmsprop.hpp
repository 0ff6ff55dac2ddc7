// RMSprop: a step size from a running mean of squared gradients.
#pragma once

#include <cmath>
#include <string_view>

#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// RMSprop: E = rho E + (1 - rho) g^2; w -= eta g / sqrt(E + eps). Unlike adagrad's sum the mean
/// forgets, so steps do not die out. On sparse data it forgets once a touch.
/// Source: Tieleman and Hinton, Coursera lecture 6.5, 2012; eps inside the root as in Ruder's
/// survey.
struct Rmsprop {
  static constexpr std::string_view kName = "rmsprop";  ///< as the command line and files have it
  static constexpr float kDefaultRate = 0.001f;         ///< where no rate is given or found

  float rho = 0.9f;       ///< what the mean keeps at each touch; 0 <= rho < 1
  float epsilon = 1e-8f;  ///< keeps the root away from 0; > 0

  /// Calls f(number, member) for each number of the rule.
  static constexpr void numbers(auto& rule, auto&& f) {
    f(kRho, rule.rho);
    f(kEpsilon, rule.epsilon);
  }

  /// Of one coordinate, or of several side by side.
  template <class Real>
  struct StateOf {
    Real weight{};  ///< of the coordinate
    Real square{};  ///< E, the running mean of squared gradients
  };
  /// What is kept of a coordinate.
  using State = StateOf<float>;

  /// The state of a coordinate after a step on its gradient g.
  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    using std::sqrt;
    s.square = finite_sum(rho * s.square, (1 - rho) * g * g);
    const Real rate = step.rate / sqrt(s.square + epsilon);
    s.weight = step.penalty.shrink(s.weight - rate * g, rate);
    return s;
  }
  /// By the curvature, as sgd does, at the rate of the coordinate now. The mean is one of the two.
  State merge(State shared, State before, State after, const Parting& parting) const noexcept {
    const float rate = parting.rate / std::sqrt(after.square + epsilon);
    const float share = share_of_move(rate * parting.curvature, parting.workers);
    return {merged_move(shared.weight, before.weight, after.weight, share),
            merged_mean(shared.square, before.square, after.square)};
  }
};

}  // namespace hogwild
