// FTRL-Proximal: the weight that would have been best so far, plus a proximal pull.
#pragma once

#include <algorithm>
#include <cmath>
#include <string_view>

#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// FTRL-Proximal, per coordinate: with n the sum of squared gradients and z that of gradients less
/// sigma w,
///   w(z, n) = 0 if |z| <= l1 t, else -(z - sgn(z) l1 t) / ((beta + sqrt n) / alpha + l2 t)
///   sigma = (sqrt(n + g^2) - sqrt n) / alpha;  z += g - sigma w;  n += g^2
/// where alpha is the learning rate and g excludes the penalty. In the paper l1 and l2 weigh
/// against the sum of all gradients so far; here they are those of the mean objective, as every
/// rule's, and so act times the number t of steps so far. A weight follows from z, n and t: a
/// coordinate that no row touches shrinks all the same, and ends at exactly zero where l1 outweighs
/// its gradients. alpha is constant: a schedule does not apply. With l1 = l2 = beta = 0 it is
/// adagrad. Its state is shared by all threads, since the weight is made of it. Source: McMahan et
/// al., KDD 2013, algorithm 1.
struct Ftrl {
  static constexpr std::string_view kName = "ftrl";  ///< as the command line and files have it
  static constexpr float kDefaultRate = 0.1f;        ///< where no rate is given or found
  static constexpr bool kOwnsPenalty = true;         ///< whether the rule itself applies penalties

  float beta = 1;  ///< >= 0; makes the first steps smaller

  /// Calls f(number, member) for each number of the rule.
  static constexpr void numbers(auto& rule, auto&& f) { f(kBeta, rule.beta); }

  /// Of one coordinate, or of several side by side.
  template <class Real>
  struct StateOf {
    Real z{};        ///< sum of gradients, less what the weights account for
    Real squares{};  ///< n
  };
  /// What is kept of a coordinate.
  using State = StateOf<float>;

  /// The weight that a state stands for.
  float outcome(State s, const Step<Penalty>& step) const noexcept {
    const auto t = static_cast<float>(step.time);
    const float pull = std::abs(s.z) - step.penalty.l1 * t;
    if (!(pull > 0) || !(s.squares > 0)) return 0;
    const float slope = (beta + std::sqrt(s.squares)) / step.rate + step.penalty.l2 * t;
    return std::copysign(pull / slope, -s.z);
  }
  /// The same without a penalty.
  template <class Real>
  Real outcome(StateOf<Real> s, const Step<NoPenalty>& step) const noexcept {
    using std::sqrt;
    return where_positive(s.squares, 0 - s.z / ((beta + sqrt(s.squares)) / step.rate));
  }

  /// The state of a coordinate after a step on its gradient g.
  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    using std::sqrt;
    const Real squares = finite_sum(s.squares, g * g);
    const Real sigma = (sqrt(squares) - sqrt(s.squares)) / step.rate;
    return {s.z + g - sigma * outcome(s, step), squares};
  }
  /// Both are sums, and add up.
  State merge(State shared, State before, State after, const Parting& /*parting*/) const noexcept {
    return {merged_sum(shared.z, before.z, after.z),
            merged_sum(shared.squares, before.squares, after.squares)};
  }
};

}  // namespace hogwild
