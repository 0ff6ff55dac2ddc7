// Where the parameters of a model are in one array, and which of them most steps are on.
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "hogwild/core/types.hpp"

namespace hogwild {

/// Where everything is: output k of feature j is coordinate j * outputs + k, then come the outputs'
/// biases, then batch norm's gamma - 1 and beta.
struct Coordinates {
  Index features = 0;
  Index outputs = 1;

  Index weight(Index feature, Index output = 0) const noexcept {
    return feature * outputs + output;
  }
  Index bias(Index output = 0) const noexcept { return features * outputs + output; }
  Index gamma() const noexcept { return bias(outputs); }
  Index beta() const noexcept { return gamma() + 1; }
  std::size_t size(bool norm = false) const noexcept {
    return (std::size_t{features} + 1) * outputs + (norm ? 2 : 0);
  }
};

/// Of the first coordinates, those of the most frequent features, as a sample of the rows has them.
struct HotCoordinates {
  Index hot = 0;  ///< how many of them are frequent enough for a worker to have its own
  std::vector<float> touched;  ///< the share of the rows that touch each; [hot] or longer
  std::vector<float> squares;  ///< the mean of x_j^2 over all rows; likewise
  float together = 1;  ///< how many times as fast rows move these weights together as they move
                       ///< any of them alone: see together_of()

  float share_of_rows(std::size_t j) const noexcept { return j < touched.size() ? touched[j] : 0; }
  float square(std::size_t j) const noexcept { return j < squares.size() ? squares[j] : 0; }
};

/// How many workers, each on a core, may have own cells. More would go too far apart: as `hogwild
/// simulate` has it, 8 end within 0.1 % of one (sgd and adagrad, click rows and text), 16 within
/// 1 % but for adagrad on text, which does not learn, and 64 diverge.
inline constexpr int kMostWithOwnCells = 8;

/// Rows move many weights in one direction, above all at the start, where each corrects the same
/// error. Workers that do so apart would together go too far, though no single weight of theirs has
/// gone far. So a merge takes the curvature along a weight times this: the largest eigenvalue of
/// the mean of x x^T over the largest element of its diagonal. The eigenvalue is taken from below,
/// by the quotient v^T (x x^T) v / v^T v of one vector v, the squares: `along` is the mean of (v
/// x)^2. By `hogwild simulate`, sgd, 16 workers: with 1 in its place click rows and text diverge.
inline float together_of(std::span<const float> squares, double along) noexcept {
  double length = 0, most = 0;
  for (const float square : squares) {
    length += static_cast<double>(square) * static_cast<double>(square);
    most = std::max(most, static_cast<double>(square));
  }
  if (!(length > 0) || !(most > 0)) return 1;
  return static_cast<float>(std::max(1.0, along / length / most));
}

}  // namespace hogwild
