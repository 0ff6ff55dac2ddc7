// Nesterov: momentum that looks where it is going.
#pragma once

#include <string_view>

#include "hogwild/update/momentum.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Nesterov's accelerated gradient: v' = gamma v + eta grad(w - gamma v); w -= v'. The array holds
/// w: the margin that the gradient is taken of reads lookahead(), a prediction reads the weight. On
/// sparse data velocities decay once a touch, as momentum's do, and a penalty acts as there.
/// Source: Nesterov, Soviet Mathematics Doklady 1983; in this form Sutskever, Martens, Dahl,
/// Hinton, ICML 2013.
struct Nesterov : Momentum {
  static constexpr std::string_view kName = "nesterov";  ///< as the command line and files have it

  /// Where the gradient is taken: about where the weight is going to be. The step is momentum's.
  template <class Net>
  float lookahead(State s, const Step<Net>& /*step*/) const noexcept {
    return s.weight - gamma * s.velocity;
  }
};

}  // namespace hogwild
