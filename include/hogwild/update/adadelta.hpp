// Adadelta: steps in the units of the weight, with no rate to choose.
#pragma once

#include <cmath>
#include <string_view>

#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Adadelta: E = rho E + (1 - rho) g^2; d = -sqrt(D + eps) / sqrt(E + eps) g;
/// D = rho D + (1 - rho) d^2; w += d. It has no learning rate; a schedule's factor is not applied.
/// On sparse data both means forget once a touch. Source: Zeiler, arXiv 1212.5701, 2012 (rho 0.95
/// there; 0.9 in Ruder's survey and here).
struct Adadelta {
  static constexpr std::string_view kName = "adadelta";  ///< as the command line and files have it
  static constexpr float kDefaultRate = 1;               ///< where no rate is given or found
  static constexpr bool kHasRate = false;                ///< whether it has a learning rate

  float rho = 0.9f;       ///< what the means keep at each touch; 0 <= rho < 1
  float epsilon = 1e-6f;  ///< sets the size of the first steps; > 0

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
    Real change{};  ///< D, the running mean of squared steps
    Real unused{};  ///< makes two whole words of it
  };
  /// What is kept of a coordinate.
  using State = StateOf<float>;

  /// The state of a coordinate after a step on its gradient g.
  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    using std::sqrt;
    s.square = finite_sum(rho * s.square, (1 - rho) * g * g);
    const Real rate = sqrt(s.change + epsilon) / sqrt(s.square + epsilon);
    const Real delta = rate * g;
    s.change = rho * s.change + (1 - rho) * delta * delta;
    s.weight = step.penalty.shrink(s.weight - delta, rate);
    return s;
  }
  /// By the curvature, as sgd does, at the rate of the coordinate now. The means are means of the
  /// two.
  State merge(State shared, State before, State after, const Parting& parting) const noexcept {
    const float rate = std::sqrt(after.change + epsilon) / std::sqrt(after.square + epsilon);
    const float share = share_of_move(rate * parting.curvature, parting.workers);
    return {merged_move(shared.weight, before.weight, after.weight, share),
            merged_mean(shared.square, before.square, after.square),
            merged_mean(shared.change, before.change, after.change), 0};
  }
};

}  // namespace hogwild
