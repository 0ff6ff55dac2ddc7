// Normalising the margins of a batch, and taking the gradient through it. Templates on the scalar,
// so that a gradient check in double runs the code that trains.
#pragma once

#include <cmath>
#include <cstddef>
#include <span>

namespace hogwild {

inline constexpr double kNormEpsilon = 1e-5;  ///< keeps a batch of equal margins from 1/0

/// Mean and variance of margins.
template <class Real>
struct Moments {
  Real mean = 0;
  Real variance = 1;

  /// 1 / sqrt(variance + epsilon).
  Real scale() const noexcept { return 1 / std::sqrt(variance + static_cast<Real>(kNormEpsilon)); }
};

/// Of a batch; the variance is the biased one, over n. REQUIRES: margins not empty.
template <class Real>
Moments<Real> moments_of(std::span<const Real> margins) noexcept {
  Real sum = 0, squares = 0;
  for (const Real m : margins) sum += m;
  const auto n = static_cast<Real>(margins.size());
  const Real mean = sum / n;
  for (const Real m : margins) squares += (m - mean) * (m - mean);
  return {mean, squares / n};
}

/// out = gamma (m - mean) / sqrt(variance + epsilon) + beta. Of margins, in place, to the
/// normalised ones, for which gamma = 1 and beta = 0. Source: Ioffe and Szegedy, ICML 2015,
/// algorithm 1.
template <class Real>
void normalise(std::span<Real> margins, const Moments<Real>& moments) noexcept {
  for (Real& m : margins) m = (m - moments.mean) * moments.scale();
}

/// The gradient of the batch's mean loss.
template <class Real>
struct NormGradient {
  Real gamma = 0;
  Real beta = 0;
};

/// From the margins of a batch to each row's slope by its own margin. margins become the normalised
/// ones; slope_of(i, out) is the slope of row i's loss at the output out. Source: as above,
/// section 3.
template <class Real, class SlopeOf>
NormGradient<Real> slopes_through_norm(std::span<Real> margins, std::span<Real> slopes, Real gamma,
                                       Real beta, const SlopeOf& slope_of) noexcept {
  const auto moments = moments_of<Real>(margins);
  normalise(margins, moments);
  Real sum = 0, product = 0;
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    slopes[i] = slope_of(i, gamma * margins[i] + beta);
    sum += slopes[i];
    product += slopes[i] * margins[i];
  }
  const auto n = static_cast<Real>(slopes.size());
  const NormGradient<Real> gradient{product / n, sum / n};
  for (std::size_t i = 0; i < slopes.size(); ++i) {
    slopes[i] = gamma * moments.scale() * (slopes[i] - gradient.beta - margins[i] * gradient.gamma);
  }
  return gradient;
}

}  // namespace hogwild
