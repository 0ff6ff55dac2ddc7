// The loss chosen for a run.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <variant>

#include "hogwild/objective/loss.hpp"

namespace hogwild {

/// A loss behind a switch at each row: 5 losses times 12 loops would be 60 copies of the kernel,
/// and the switch always goes the same way.
///
/// Of several outputs, one a class, a label is the number of the row's class. The loss is the
/// softmax loss of all margins; any other is taken one against the rest, as the sum over the
/// classes of the binary loss with the row's class as positive. (Source: Rifkin and Klautau,
/// Journal of Machine Learning Research 2004.)
class SwitchedLoss {
 public:
  explicit SwitchedLoss(const AnyLoss& loss) : loss_(loss) {}
  float value(float margin, float label) const noexcept {
    return std::visit([&](const auto& loss) { return loss.value(margin, label); }, loss_);
  }
  float slope(float margin, float label) const noexcept {
    return std::visit([&](const auto& loss) { return loss.slope(margin, label); }, loss_);
  }
  float curvature(float margin, float label) const noexcept {
    return std::visit([&](const auto& loss) { return loss.curvature(margin, label); }, loss_);
  }
  /// All three. The default loss is where it is asked for; the others are a call away.
  LossParts parts(float margin, float label) const noexcept {
    if (const auto* const logistic = std::get_if<Logistic>(&loss_)) {
      return logistic->parts(margin, label);
    }
    return {value(margin, label), 1, slope(margin, label), curvature(margin, label)};
  }

  /// The loss of a row's outputs.
  template <class Real>
  Real value(std::span<const Real> margins, double label) const noexcept {
    if (margins.size() == 1) {
      return std::visit(
          [&](const auto& loss) { return loss.value(margins[0], static_cast<Real>(label)); },
          loss_);
    }
    const auto c = static_cast<std::size_t>(label);
    if (const auto* softmax = std::get_if<Softmax>(&loss_)) return softmax->value(margins, c);
    Real sum = 0;
    for (std::size_t k = 0; k < margins.size(); ++k) {
      const Real y = k == c ? 1 : -1;
      sum += std::visit([&](const auto& loss) { return loss.value(margins[k], y); }, loss_);
    }
    return sum;
  }

  /// The same, and its slopes by the outputs, [outputs].
  double take(std::span<const double> margins, double label,
              std::span<double> slopes) const noexcept {
    const auto c = static_cast<std::size_t>(margins.size() == 1 ? 0 : label);
    const auto* const softmax = std::get_if<Softmax>(&loss_);
    if (softmax != nullptr && margins.size() > 1) {
      return softmax->value_and_slopes(margins, c, slopes);
    }
    for (std::size_t k = 0; k < margins.size(); ++k) {
      const double y = margins.size() == 1 ? label : k == c ? 1 : -1;
      slopes[k] = std::visit([&](const auto& loss) { return loss.slope(margins[k], y); }, loss_);
    }
    return value(margins, label);
  }

  /// The loss of a row of a batch and its slopes, both times the row's weight. With one output they
  /// are computed in floats, as for rows that are learnt one by one.
  double take_weighted(std::span<const double> margins, float label, float weight,
                       std::span<double> slopes) const noexcept {
    const auto times = static_cast<double>(weight);
    if (margins.size() == 1) {
      const LossParts one = parts(static_cast<float>(margins[0]), label);
      slopes[0] = static_cast<double>(weight * one.slope);
      return times * (static_cast<double>(one.shift) + std::log(one.factor));
    }
    const double loss = take(margins, static_cast<double>(label), slopes);
    for (double& slope : slopes) slope *= times;
    return times * loss;
  }

  /// The loss of a row of class `label`, the largest of its curvatures by the margins, [classes],
  /// and its slopes by them, times the row's weight. The part `slope` of the loss is 0.
  LossParts take_classes(std::span<const float> margins, float label, float weight,
                         std::span<float> slopes) const noexcept {
    const auto c = static_cast<std::size_t>(label);
    LossParts all{0, 1, 0, 0};
    if (const auto* const softmax = std::get_if<Softmax>(&loss_)) {
      all.shift = softmax->value_and_slopes(margins, c, slopes);
      for (const float slope : slopes) {
        all.curvature = std::max(all.curvature, std::abs(slope) * (1 - std::abs(slope)));
      }
    } else {
      for (std::size_t k = 0; k < margins.size(); ++k) {
        const LossParts one = parts(margins[k], k == c ? 1 : -1);
        all.shift += one.shift;
        all.factor *= one.factor;
        constexpr double kFold = 1e38;
        if (all.factor > kFold) {
          all.shift += static_cast<float>(std::log(std::exchange(all.factor, 1)));
        }
        slopes[k] = one.slope;
        all.curvature = std::max(all.curvature, one.curvature);
      }
    }
    for (float& slope : slopes) slope = std::abs(slope) < kNoSlope ? 0 : slope * weight;
    return all;
  }

 private:
  // Slopes by the margins of classes that a row is far from may be so small that their squares are
  // denormal. With those a processor takes a hundred cycles: half of the time of an epoch.
  static constexpr float kNoSlope = 1e-16f;

  AnyLoss loss_;
};

}  // namespace hogwild
