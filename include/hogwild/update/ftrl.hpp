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

  /// What is kept of a coordinate.
  struct State {
    float z = 0;        ///< sum of gradients, less what the weights account for
    float squares = 0;  ///< n
  };

  /// The weight that a state stands for.
  template <class Net>
  float outcome(State s, const Step<Net>& step) const noexcept {
    const auto t = static_cast<float>(step.time);
    float l1 = 0, l2 = 0;
    if constexpr (requires { step.penalty.l1; }) l1 = step.penalty.l1 * t, l2 = step.penalty.l2 * t;
    const float pull = std::abs(s.z) - l1;
    if (!(pull > 0) || !(s.squares > 0)) return 0;
    return std::copysign(pull / ((beta + std::sqrt(s.squares)) / step.rate + l2), -s.z);
  }

  /// The state of a coordinate after a step on its gradient g.
  template <class Net>
  State step(State s, float g, const Step<Net>& step) const noexcept {
    const float squares = finite_sum(s.squares, g * g);
    const float sigma = (std::sqrt(squares) - std::sqrt(s.squares)) / step.rate;
    return {s.z + g - sigma * outcome(s, step), squares};
  }
  /// Both are sums, and add up.
  State merge(State shared, State before, State after, const Parting& /*parting*/) const noexcept {
    return {merged_sum(shared.z, before.z, after.z),
            merged_sum(shared.squares, before.squares, after.squares)};
  }
};

}  // namespace hogwild
