// Losses of a margin. A row with features x and label y has the margin m = w.x + b; its loss is
// value(m, y), slope(m, y) is the derivative of that by m, and curvature(m, y) that of the slope.
// The gradient by a weight is then slope * x_j, so a loss never sees a feature.
//
// Adding a loss: write the struct, add it to AnyLoss. The command line, the help and the tests
// find it there. All functions are pure; share losses freely.
#pragma once

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <numbers>
#include <span>
#include <string_view>
#include <variant>

namespace [[gnu::visibility("default")]] hogwild {

/// What a loss provides. kBinary: y is -1 or +1; otherwise y is any number. kProbability:
/// prediction(m) is the probability of the positive label; otherwise it is the margin itself.
template <class L>
concept Loss = requires(const L loss, float m, double d) {
  { L::kName } -> std::convertible_to<std::string_view>;
  { L::kBinary } -> std::convertible_to<bool>;
  { L::kProbability } -> std::convertible_to<bool>;
  { loss.value(m, m) } -> std::same_as<float>;
  { loss.slope(m, m) } -> std::same_as<float>;
  { loss.curvature(m, m) } -> std::same_as<float>;
  { loss.prediction(m) } -> std::same_as<float>;
  { loss.value(d, d) } -> std::same_as<double>;
  { loss.slope(d, d) } -> std::same_as<double>;
};

/// A loss, its slope and its curvature at one margin. The loss is shift + log(factor), so that the
/// sum of many takes the logarithm of one product: a logarithm a row was a tenth of learning.
struct LossParts {
  float shift = 0;      ///< a constant part
  double factor = 1;    ///< in [1, 10^38]
  float slope = 0;      ///< the first derivative
  float curvature = 0;  ///< the second derivative
};

/// exp(x) within these bounds, right to 2 10^-7 (1 + |x|) of itself, and 1 at 0. Learning waits for
/// it once a row; std::exp() takes longer, since it is a call and knows of ends and errors.
/// Source: 2^t as 2^n 2^f, n the integer nearest to t; 2^f by its Taylor polynomial, of which the
/// sixth and seventh power are brought to lower ones by Chebyshev's (Lanczos, "Applied Analysis",
/// 1956).
inline constexpr float kExpWithin = 87;
inline float exp_within(float x) noexcept {
  constexpr float kRounding = 0x1.8p23f;  // floats as large have no fraction
  const float t = x * std::numbers::log2e_v<float>;
  const float shifted = t + kRounding;  // its lowest bits are n
  const float f = t - (shifted - kRounding);
  const float square = f * f;
  const float low = 1 + f * 0.693147207f, middle = 0.240221092f + f * 0.0555032747f;
  const float high = 0.00967589231f + f * 0.00134002781f;
  const std::uint32_t n = std::bit_cast<std::uint32_t>(shifted) + 127;  // biased, as an exponent is
  return (low + square * (middle + square * high)) * std::bit_cast<float>(n << 23);
}

/// Logistic loss, log(1 + exp(-ym)): log 2 and slope -y/2 at m = 0. The exponential is taken of
/// -|m| only, so value and slope are finite for every finite margin.
/// Source: Cox, Journal of the Royal Statistical Society B 1958.
struct Logistic {
  static constexpr std::string_view kName = "logistic";  ///< as the command line and files have it
  static constexpr bool kBinary = true;                  ///< whether labels are two classes
  static constexpr bool kProbability = true;             ///< whether prediction() is a probability

  /// The loss of a margin m whose label is y.
  template <std::floating_point Real>
  Real value(Real m, Real y) const noexcept {
    const Real z = y * m;
    const Real tail = std::log1p(std::exp(-std::abs(z)));
    return z > 0 ? tail : tail - z;
  }
  /// The first derivative of value() by m.
  template <std::floating_point Real>
  Real slope(Real m, Real y) const noexcept {
    const Real z = y * m;
    const Real e = std::exp(-std::abs(z));
    return -y * (z > 0 ? e : 1) / (1 + e);
  }
  /// p (1 - p), p being the predicted probability: 1/4 at m = 0.
  template <std::floating_point Real>
  Real curvature(Real m, Real /*y*/) const noexcept {
    const Real e = std::exp(-std::abs(m));
    return e / ((1 + e) * (1 + e));
  }
  /// All of them by one exponential, and without asking for the margin's sign, which a
  /// processor would often guess wrong.
  LossParts parts(float m, float y) const noexcept {
    const float z = y * m;
    if (!(std::abs(z) < kExpWithin)) return {value(m, y), 1, slope(m, y), curvature(m, y)};
    const float e = exp_within(z);
    const float slope = -y / (1 + e), size = std::abs(slope);
    return {0, 1 + static_cast<double>(1 / e), slope, size * (1 - size)};
  }
  /// What is predicted of a margin.
  template <std::floating_point Real>
  Real prediction(Real m) const noexcept {
    const Real e = std::exp(-std::abs(m));
    return (m > 0 ? 1 : e) / (1 + e);
  }
};

/// What losses have in common that predict the margin itself.
struct MarginLoss {
  static constexpr bool kProbability = false;  ///< whether prediction() is a probability

  /// What is predicted of a margin.
  template <std::floating_point Real>
  Real prediction(Real m) const noexcept {
    return m;
  }
};

/// Hinge loss, max(0, 1 - ym): 1 and slope -y at m = 0. At the kink ym = 1 the slope is 0. Its
/// second derivative is 0 but at the kink, where it has none; the curvature is that of the mean
/// over many rows, which is smooth, estimated as the squared slope (Gauss and Newton's way).
/// Source: Cortes and Vapnik, Machine Learning 1995.
struct Hinge : MarginLoss {
  static constexpr std::string_view kName = "hinge";  ///< as the command line and files have it
  static constexpr bool kBinary = true;               ///< whether labels are two classes

  /// The loss of a margin m whose label is y.
  template <std::floating_point Real>
  Real value(Real m, Real y) const noexcept {
    return y * m < 1 ? 1 - y * m : Real{0};
  }
  /// The first derivative of value() by m.
  template <std::floating_point Real>
  Real slope(Real m, Real y) const noexcept {
    return y * m < 1 ? -y : Real{0};
  }
  /// The second derivative of value() by m, or an upper bound of it.
  template <std::floating_point Real>
  Real curvature(Real m, Real y) const noexcept {
    return y * m < 1 ? Real{1} : Real{0};
  }
};

/// Squared hinge loss, max(0, 1 - ym)^2: 1 and slope -2y at m = 0.
/// Source: Zhang, ICML 2004.
struct SquaredHinge : MarginLoss {
  static constexpr std::string_view kName =
      "squared_hinge";                   ///< as the command line and files have it
  static constexpr bool kBinary = true;  ///< whether labels are two classes

  /// The loss of a margin m whose label is y.
  template <std::floating_point Real>
  Real value(Real m, Real y) const noexcept {
    const Real short_by = y * m < 1 ? 1 - y * m : Real{0};
    return short_by * short_by;
  }
  /// The first derivative of value() by m.
  template <std::floating_point Real>
  Real slope(Real m, Real y) const noexcept {
    return y * m < 1 ? -2 * y * (1 - y * m) : Real{0};
  }
  /// The second derivative of value() by m, or an upper bound of it.
  template <std::floating_point Real>
  Real curvature(Real m, Real y) const noexcept {
    return y * m < 1 ? Real{2} : Real{0};
  }
};

/// Squared loss, (m - y)^2 / 2, for labels that are numbers: y^2/2 and slope -y at m = 0.
/// Source: Gauss 1809; as a learning rule, Widrow and Hoff, IRE WESCON 1960.
struct Squared : MarginLoss {
  static constexpr std::string_view kName = "squared";  ///< as the command line and files have it
  static constexpr bool kBinary = false;                ///< whether labels are two classes

  /// The loss of a margin m whose label is y.
  template <std::floating_point Real>
  Real value(Real m, Real y) const noexcept {
    return (m - y) * (m - y) / 2;
  }
  /// The first derivative of value() by m.
  template <std::floating_point Real>
  Real slope(Real m, Real y) const noexcept {
    return m - y;
  }
  /// The second derivative of value() by m, or an upper bound of it.
  template <std::floating_point Real>
  Real curvature(Real /*m*/, Real /*y*/) const noexcept {
    return 1;
  }
};

/// Softmax loss of K margins, one a class: log sum_k exp(m_k) - m_c for a row of class c, and
/// slopes p_k - [k = c] with p the softmax of the margins. At equal margins log K. The exponentials
/// are taken of differences to the largest margin. Of one margin, the other class's being 0, it is
/// the logistic loss, and so written. Source: Bridle, NATO ASI Neurocomputing 1990.
struct Softmax : Logistic {
  static constexpr std::string_view kName = "softmax";  ///< as the command line and files have it

  using Logistic::curvature;
  /// The first derivative of value() by m.
  using Logistic::slope;
  /// The loss of a margin m whose label is y.
  using Logistic::value;

  /// The loss of a margin m whose label is y.
  template <std::floating_point Real>
  Real value(std::span<const Real> margins, std::size_t c) const noexcept {
    const Real top = *std::ranges::max_element(margins);
    Real sum = 0;
    for (const Real m : margins) sum += std::exp(m - top);
    return std::log(sum) + (top - margins[c]);
  }
  /// p, [classes]; it may be the margins.
  template <std::floating_point Real>
  void probabilities(std::span<const Real> margins, std::span<Real> p) const noexcept {
    const Real top = *std::ranges::max_element(margins);
    Real sum = 0;
    for (std::size_t k = 0; k < p.size(); ++k) sum += p[k] = std::exp(margins[k] - top);
    for (Real& share : p) share /= sum;
  }
  /// value(), and the derivatives by all margins into out, by one exponential for each class.
  template <std::floating_point Real>
  Real value_and_slopes(std::span<const Real> margins, std::size_t c,
                        std::span<Real> out) const noexcept {
    const Real top = *std::ranges::max_element(margins);
    Real sum = 0;
    for (std::size_t k = 0; k < out.size(); ++k) sum += out[k] = std::exp(margins[k] - top);
    for (Real& share : out) share /= sum;
    out[c] -= 1;
    return std::log(sum) + (top - margins[c]);
  }
};

/// Every loss; the only registry of them.
using AnyLoss = std::variant<Logistic, Hinge, SquaredHinge, Squared, Softmax>;

}  // namespace hogwild
