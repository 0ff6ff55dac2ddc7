// Adam: momentum and RMSprop together, corrected for their start at zero.
#pragma once

#include <cmath>
#include <string_view>

#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Adam: m = b1 m + (1-b1) g; v = b2 v + (1-b2) g^2; w -= eta mh / (sqrt(vh) + eps) with
/// mh = m / (1-b1^t), vh = v / (1-b2^t). On sparse data both means decay once a touch, and t counts
/// the coordinate's own touches: by a global t the first touch of a rare feature at a late step
/// would be 0.1 / sqrt(0.001) = 3.16 times too long. Source: Kingma and Ba, ICLR 2015, algorithm 1.
struct Adam {
  static constexpr std::string_view kName = "adam";  ///< as the command line and files have it
  static constexpr float kDefaultRate = 0.001f;      ///< where no rate is given or found

  float beta1 = 0.9f;     ///< what the mean keeps at each touch; 0 <= beta1 < 1
  float beta2 = 0.999f;   ///< what the mean of squares keeps at each touch; 0 <= beta2 < 1
  float epsilon = 1e-8f;  ///< added to the root; > 0

  /// Calls f(number, member) for each number of the rule.
  static constexpr void numbers(auto& rule, auto&& f) {
    f(kBeta1, rule.beta1);
    f(kBeta2, rule.beta2);
    f(kEpsilon, rule.epsilon);
  }

  /// Of one coordinate, or of several side by side.
  template <class Real>
  struct StateOf {
    Real weight{};   ///< of the coordinate
    Real mean{};     ///< m
    Real square{};   ///< v
    Real touches{};  ///< t; exact up to 2^24, long after which the corrections are 1
  };
  /// What is kept of a coordinate.
  using State = StateOf<float>;

  /// What t touches have brought of m and v: 1 - b1^t and 1 - b2^t.
  template <class Real>
  struct Shares {
    Real mean;    ///< of m
    Real square;  ///< of v
  };

  /// The state of a coordinate after a step on its gradient g.
  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    return stepped(s, g, step, [this](Real touches) {
      return Shares<Real>{on_each(touches, [this](float t) { return share_of_start(beta1, t); }),
                          on_each(touches, [this](float t) { return share_of_start(beta2, t); })};
    });
  }
  /// The same; shares_of(touches) gives the Shares.
  template <class Real, class Net, class SharesOf>
  StateOf<Real> stepped(StateOf<Real> s, Real g, const Step<Net>& step,
                        const SharesOf& shares_of) const noexcept {
    using std::sqrt;
    s.touches = s.touches + 1;
    s.mean = beta1 * s.mean + (1 - beta1) * g;
    s.square = finite_sum(beta2 * s.square, (1 - beta2) * g * g);
    const Shares<Real> shares = shares_of(s.touches);
    const Real rate = step.rate / (sqrt(s.square / shares.square) + epsilon);
    s.weight = step.penalty.shrink(s.weight - rate * (s.mean / shares.mean), rate);
    return s;
  }
  /// By the curvature, as sgd does, at the rate of the coordinate now. The means are means of the
  /// two, and touches add up.
  State merge(State shared, State before, State after, const Parting& parting) const noexcept {
    const float rate = parting.rate / (std::sqrt(after.square) + epsilon);
    const float share = share_of_move(rate * parting.curvature, parting.workers);
    return {merged_move(shared.weight, before.weight, after.weight, share),
            merged_mean(shared.mean, before.mean, after.mean),
            merged_mean(shared.square, before.square, after.square),
            merged_sum(shared.touches, before.touches, after.touches)};
  }

  /// 1 - beta^t, to the last bits also where beta is near 1; 1 where beta^t is below a float's last
  /// bit, which saves the two functions on all but a coordinate's first touches.
  static float share_of_start(float beta, float touches) noexcept {
    return (1 - beta) * touches > 17 ? 1 : -std::expm1(touches * std::log(beta));
  }
};

}  // namespace hogwild
