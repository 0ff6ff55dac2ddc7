// Are the gradients right that training takes?
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "hogwild/objective/penalty.hpp"

namespace hogwild {
namespace [[gnu::visibility("default")]] lab {

/// One objective, checked at random points.
struct GradientCheck {
  std::string loss;         ///< by name
  Penalty penalty{};        ///< beside the loss
  bool batch_norm = false;  ///< whether margins are normalised
  int coordinates = 0;      ///< that were compared, over all points
  double worst_error = 0;  ///< the largest |a - b| / max(|a|, |b|, 1e-8) of a gradient's coordinate
                           ///< a and its central difference b
  /// Whether the worst error is small enough.
  bool passed() const noexcept { return worst_error <= kWorst; }

  static constexpr double kWorst = 1e-6;  ///< largest relative error of a right gradient
};

/// The largest |a - b| / max(|a|, |b|, 1e-8) of a gradient's coordinates a and the central
/// differences b of the value whose gradient it is to be, at a point: of fourth order, in long
/// double, so that a gradient of nearly zero has its digits too. The value must be smooth for 0.001
/// around the point.
double worst_difference(const std::function<long double(std::span<const long double>)>& value,
                        std::span<const double> gradient, std::span<const double> at);

/// Compares, for every loss, with and without l1 and l2, with and without batch norm, the gradient
/// of the mean objective over a few random rows with central differences: the weights', the bias's,
/// and batch norm's gamma and beta. The slopes come from the functions that training uses, in
/// double; the differences are of fourth order, in long double, so that a gradient of nearly zero
/// has its digits too. Points keep clear of the kinks of |w|, and of the losses of margins at 1.
std::vector<GradientCheck> check_gradients(std::uint64_t seed = 1);

}  // namespace lab
}  // namespace hogwild
