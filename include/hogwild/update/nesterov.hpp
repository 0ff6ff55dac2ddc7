// Nesterov: momentum that looks where it is going.
#pragma once

#include <string_view>

#include "hogwild/update/momentum.hpp"
#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Nesterov's accelerated gradient: v' = gamma v + eta grad(w - gamma v); w -= v'. The array holds
/// w: the margin that the gradient is taken of reads lookahead(), a prediction reads the weight. On
/// sparse data velocities decay once a touch, as momentum's do, and a penalty acts as there.
/// Source: Nesterov, Soviet Mathematics Doklady 1983; in this form Sutskever, Martens, Dahl,
/// Hinton, ICML 2013.
struct Nesterov {
  static constexpr std::string_view kName = "nesterov";  ///< as the command line and files have it
  static constexpr float kDefaultRate = 0.002f;          ///< where no rate is given or found

  float gamma = 0.9f;  ///< what a velocity keeps at each touch; 0 <= gamma < 1

  /// Calls f(number, member) for each number of the rule.
  static constexpr void numbers(auto& rule, auto&& f) { f(kGamma, rule.gamma); }

  /// What is kept of one coordinate, or of several side by side.
  template <class Real>
  using StateOf = Momentum::StateOf<Real>;
  using State = Momentum::State;  ///< of one coordinate

  /// Where the gradient is taken: about where the weight is going to be.
  template <class Real, class Net>
  Real lookahead(Momentum::StateOf<Real> s, const Step<Net>& /*step*/) const noexcept {
    return s.weight - gamma * s.velocity;
  }

  /// Momentum's step, at this gradient.
  template <class Real, class Net>
  Momentum::StateOf<Real> step(Momentum::StateOf<Real> s, Real g,
                               const Step<Net>& step) const noexcept {
    return Momentum{gamma}.step(s, g, step);
  }
  /// As momentum's.
  State merge(State shared, State before, State after, const Parting& parting) const noexcept {
    return Momentum{gamma}.merge(shared, before, after, parting);
  }
};

}  // namespace hogwild
