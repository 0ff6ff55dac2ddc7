// The elastic net, l1 |w|_1 + (l2/2) |w|^2, added to the mean loss; the bias is never penalised.
// Source: Zou and Hastie, Journal of the Royal Statistical Society B 2005.
#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>

namespace [[gnu::visibility("default")]] hogwild {

/// No penalty: shrinking is the identity and costs nothing.
struct NoPenalty {
  /// A weight after a step of the penalty at a rate.
  template <class Real>
  Real shrink(Real weight, Real /*rate*/) const noexcept {
    return weight;
  }
};

/// The two strengths of an elastic net, both >= 0.
struct Penalty {
  float l1 = 0;  ///< of |w|_1; >= 0
  float l2 = 0;  ///< of |w|^2 / 2; >= 0

  bool active() const noexcept { return l1 > 0 || l2 > 0; }  ///< whether it is not zero

  /// What it adds to the objective at a weight, and the derivative of that (at 0, from neither
  /// side).
  template <std::floating_point Real>
  Real value(Real weight) const noexcept {
    return static_cast<Real>(l1) * std::abs(weight) + static_cast<Real>(l2) / 2 * weight * weight;
  }
  /// The first derivative of value() by m.
  template <std::floating_point Real>
  Real slope(Real weight) const noexcept {
    const Real sign = static_cast<Real>((weight > 0) - (weight < 0));
    return static_cast<Real>(l1) * sign + static_cast<Real>(l2) * weight;
  }

  /// The proximal step of size rate: the v that minimises
  /// (v - weight)^2 / (2 rate) + l1 |v| + (l2/2) v^2. At l1 = l2 = 1, rate = 1: 3 -> 1, 0.5 -> 0.
  /// Source: Duchi and Singer, Journal of Machine Learning Research 2009, section 3.
  float shrink(float weight, float rate) const noexcept {
    const float kept = std::max(0.0f, std::abs(weight) - rate * l1) / (1 + rate * l2);
    return std::copysign(kept, weight);
  }

  /// The same net, times stronger. A row that touches feature j pays for the n / d_j rows that
  /// do not hold it ("degree scaling": Niu, Recht, Re, Wright, NIPS 2011, section 2).
  Penalty scaled(float times) const noexcept { return {l1 * times, l2 * times}; }
};

}  // namespace hogwild
