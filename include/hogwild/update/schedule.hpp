// How the learning rate changes over a run. A schedule is a pure function of the progress p, in
// epochs done (2.5: half of the third epoch is behind us), to a factor on the initial rate;
// factor(0) is 1. The decay of every schedule is in units per epoch.
#pragma once

#include <cmath>
#include <string_view>
#include <variant>

namespace hogwild {

/// The rate stays as it is.
struct Constant {
  static constexpr std::string_view kName = "constant";
  double factor(double /*progress*/) const noexcept { return 1; }
};

/// decay^p: with decay 0.9, a tenth less each epoch. 0 < decay <= 1.
struct Exponential {
  static constexpr std::string_view kName = "exponential";
  double decay = 0.9;
  double factor(double progress) const noexcept { return std::pow(decay, progress); }
};

/// 1 / (1 + decay p): with decay 1, half after one epoch. decay >= 0.
/// Source: Robbins and Monro, Annals of Mathematical Statistics 1951.
struct Inverse {
  static constexpr std::string_view kName = "inverse";
  double decay = 1;
  double factor(double progress) const noexcept { return 1 / (1 + decay * progress); }
};

/// 1 / sqrt(1 + decay p): with decay 1, half after three epochs. decay >= 0.
/// Source: Zinkevich, ICML 2003.
struct InverseSqrt {
  static constexpr std::string_view kName = "inverse_sqrt";
  double decay = 1;
  double factor(double progress) const noexcept { return 1 / std::sqrt(1 + decay * progress); }
};

/// Every schedule; the only registry of them.
using AnySchedule = std::variant<Constant, Exponential, Inverse, InverseSqrt>;

}  // namespace hogwild
