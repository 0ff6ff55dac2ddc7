// Rules whose functions of a coordinate's touches come from tables.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "hogwild/update/adam.hpp"
#include "hogwild/update/step.hpp"

namespace hogwild {

/// [touches] Adam::share_of_start() of this beta, until it is 1. Made once for each beta, and kept
/// while the program runs. Any thread may call it.
std::span<const float> shares_of_start(float beta);

/// Adam, to the last bit; a logarithm and an exponential function at each touch would take several
/// times as long as the rest of the step.
class TabledAdam : public Adam {
 public:
  explicit TabledAdam(const Adam& rule)
      : Adam(rule), of_mean_(shares_of_start(beta1)), of_square_(shares_of_start(beta2)) {}

  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    return stepped(s, g, step, [this](Real touches) {
      return Shares<Real>{on_each(touches, [this](float t) { return in(of_mean_, beta1, t); }),
                          on_each(touches, [this](float t) { return in(of_square_, beta2, t); })};
    });
  }

 private:
  static float in(std::span<const float> shares, float beta, float touches) noexcept {
    const float last = static_cast<float>(shares.size() - 1);
    if (shares.back() < 1 && touches > last) return share_of_start(beta, touches);
    return shares[static_cast<std::uint32_t>(std::min(touches, last))];
  }

  std::span<const float> of_mean_, of_square_;
};

/// The rule as a kernel steps by it.
template <class Rule>
const Rule& tabled(const Rule& rule) {
  return rule;
}
inline TabledAdam tabled(const Adam& rule) {
  return TabledAdam(rule);
}

}  // namespace hogwild
