// Momentum: a velocity that remembers past gradients.
#pragma once

#include <string_view>

#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Momentum (the heavy ball): v = gamma v + eta g; w -= v. On sparse data a coordinate moves, and
/// its velocity decays, only when a row touches it: once a touch, not once for each step it missed.
/// With a penalty w' = prox(w - gamma v - eta g) and v = w - w', since a penalty outside the
/// velocity would act at only 1 - gamma of its strength. Source: Polyak, USSR Computational
/// Mathematics and Mathematical Physics 1964.
struct Momentum {
  static constexpr std::string_view kName = "momentum";  ///< as the command line and files have it
  static constexpr float kDefaultRate = 0.002f;          ///< where no rate is given or found

  float gamma = 0.9f;  ///< what a velocity keeps at each touch; 0 <= gamma < 1

  /// Calls f(number, member) for each number of the rule.
  static constexpr void numbers(auto& rule, auto&& f) { f(kGamma, rule.gamma); }

  /// Of one coordinate, or of several side by side.
  template <class Real>
  struct StateOf {
    Real weight{};    ///< of the coordinate
    Real velocity{};  ///< v, in the units of the weight
  };
  /// What is kept of a coordinate.
  using State = StateOf<float>;

  /// The state of a coordinate after a step on its gradient g.
  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    const Real moved = s.weight - (gamma * s.velocity + step.rate * g);
    const Real weight = step.penalty.shrink(moved, Real{step.rate});
    return {weight, s.weight - weight};
  }
  /// By the curvature, as sgd does at the rate eta / (1 - gamma), which is what gradients of one
  /// direction come to: the velocity takes in 1 + gamma + gamma^2 + ... of each. The velocity is a
  /// mean of the two.
  State merge(State shared, State before, State after, const Parting& parting) const noexcept {
    const float x = parting.rate / (1 - gamma) * parting.curvature;
    return {
        merged_move(shared.weight, before.weight, after.weight, share_of_move(x, parting.workers)),
        merged_mean(shared.velocity, before.velocity, after.velocity)};
  }
};

}  // namespace hogwild
