// How the learning rate changes over a run. A schedule is a pure function of the progress p, in
// epochs done (2.5: half of the third epoch is behind us), and of the epochs E that the run was
// asked for, to a factor on the initial rate; factor(0, E) is 1. Decays are in units per epoch.
// valid() tells whether the members are in the range that stands beside them.
#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace [[gnu::visibility("default")]] hogwild {

/// The rate stays as it is.
struct Constant {
  static constexpr std::string_view kName = "constant";  ///< as the command line and files have it
  bool valid() const noexcept { return true; }  ///< whether the members are in their ranges
  /// On the initial rate, after `progress` of `epochs` epochs.
  double factor(double /*progress*/, double /*epochs*/) const noexcept { return 1; }
};

/// Annealing by a table: from each epoch on, its factor; before the first of them, 1.
struct Steps {
  static constexpr std::string_view kName = "steps";  ///< as the command line and files have it
  std::vector<std::pair<double, double>> table{};  ///< (epoch, factor), epochs ascending from above
                                                   ///< 0, factors above 0
  /// Whether the members are in their ranges.
  bool valid() const noexcept {
    double last = 0;
    for (const auto& [epoch, factor] : table) {
      if (!(epoch > last) || !(factor > 0) || !std::isfinite(factor)) return false;
      last = epoch;
    }
    return !table.empty();
  }
  /// On the initial rate, after `progress` of `epochs` epochs.
  double factor(double progress, double /*epochs*/) const noexcept {
    double now = 1;
    for (const auto& [epoch, factor] : table) {
      if (progress >= epoch) now = factor;
    }
    return now;
  }
};

/// decay^p: with decay 0.9, a tenth less each epoch.
struct Exponential {
  static constexpr std::string_view kName =
      "exponential";   ///< as the command line and files have it
  double decay = 0.9;  ///< 0 < decay <= 1
  /// Whether the members are in their ranges.
  bool valid() const noexcept { return decay > 0 && decay <= 1; }
  /// On the initial rate, after `progress` of `epochs` epochs.
  double factor(double progress, double /*epochs*/) const noexcept {
    return std::pow(decay, progress);
  }
};

/// 1 / (1 + decay p): with decay 1, half after one epoch.
/// Source: Robbins and Monro, Annals of Mathematical Statistics 1951.
struct Inverse {
  static constexpr std::string_view kName = "inverse";  ///< as the command line and files have it
  double decay = 1;                                     ///< >= 0
  /// Whether the members are in their ranges.
  bool valid() const noexcept { return decay >= 0 && std::isfinite(decay); }
  /// On the initial rate, after `progress` of `epochs` epochs.
  double factor(double progress, double /*epochs*/) const noexcept {
    return 1 / (1 + decay * progress);
  }
};

/// 1 / sqrt(1 + decay p): with decay 1, half after three epochs.
/// Source: Zinkevich, ICML 2003.
struct InverseSqrt {
  static constexpr std::string_view kName =
      "inverse_sqrt";  ///< as the command line and files have it
  double decay = 1;    ///< >= 0
  /// Whether the members are in their ranges.
  bool valid() const noexcept { return decay >= 0 && std::isfinite(decay); }
  /// On the initial rate, after `progress` of `epochs` epochs.
  double factor(double progress, double /*epochs*/) const noexcept {
    return 1 / std::sqrt(1 + decay * progress);
  }
};

/// 1 - p/E: to nothing at the end of the run.
struct Linear {
  static constexpr std::string_view kName = "linear";  ///< as the command line and files have it
  bool valid() const noexcept { return true; }         ///< whether the members are in their ranges
  /// On the initial rate, after `progress` of `epochs` epochs.
  double factor(double progress, double epochs) const noexcept {
    return std::max(0.0, 1 - progress / epochs);
  }
};

/// (1 + cos(pi p/E)) / 2: slow at both ends, to nothing at the end of the run.
/// Source: Loshchilov and Hutter, ICLR 2017, without restarts.
struct Cosine {
  static constexpr std::string_view kName = "cosine";  ///< as the command line and files have it
  bool valid() const noexcept { return true; }         ///< whether the members are in their ranges
  /// On the initial rate, after `progress` of `epochs` epochs.
  double factor(double progress, double epochs) const noexcept {
    return (1 + std::cos(std::numbers::pi * std::min(1.0, progress / epochs))) / 2;
  }
};

/// Times decay after each epoch that lowered the validation loss by less than threshold of it. What
/// it does depends on the run, so train() does it; factor() is 1.
struct Plateau {
  static constexpr std::string_view kName = "plateau";  ///< as the command line and files have it
  double decay = 0.5;                                   ///< 0 < decay < 1
  double threshold = 1e-3;                              ///< relative; >= 0
  /// Whether the members are in their ranges.
  bool valid() const noexcept { return decay > 0 && decay < 1 && threshold >= 0; }
  /// On the initial rate, after `progress` of `epochs` epochs.
  double factor(double /*progress*/, double /*epochs*/) const noexcept { return 1; }
};

/// Every schedule; the only registry of them.
using AnySchedule =
    std::variant<Constant, Steps, Exponential, Inverse, InverseSqrt, Linear, Cosine, Plateau>;

}  // namespace hogwild
