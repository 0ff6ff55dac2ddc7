// Rules whose functions of a coordinate's touches come from tables.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "hogwild/update/adam.hpp"
#include "hogwild/update/step.hpp"

namespace hogwild {

/// Adam::share_of_start() of two betas.
using SharesOfStart = std::array<float, 2>;

/// [touches] the shares, until both are 1; of a beta so near 1 that this would take more than 2
/// MiB, those of the first touches. Made once for each pair of betas, and kept while the program
/// runs. Any thread may call it.
std::span<const SharesOfStart> shares_of_start(float beta1, float beta2);

/// The entry at a whole number; below 0 the first.
inline SharesOfStart looked_up(float at, const SharesOfStart* table) noexcept {
  return table[static_cast<std::uint32_t>(std::max(0.0f, at))];
}

/// Adam, to the last bit; a logarithm and an exponential function at each touch would take several
/// times as long as the rest of the step.
class TabledAdam : public Adam {
 public:
  explicit TabledAdam(const Adam& rule)
      : Adam(rule),
        shares_(shares_of_start(beta1, beta2)),
        last_(static_cast<float>(shares_.size() - 1)),
        is_whole_(shares_.back() == SharesOfStart{1, 1}) {}

  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    return stepped(s, g, step, [this](Real touches) {
      if (!is_whole_) return beyond(touches);
      using std::min;
      const auto [mean, square] = looked_up(min(Real(last_), touches), shares_.data());
      return Shares<Real>{mean, square};
    });
  }

 private:
  template <class Real>
  Shares<Real> beyond(Real touches) const noexcept {
    const auto share = [this](float beta, std::size_t which) {
      return [this, beta, which](float t) {
        return t > last_ ? share_of_start(beta, t) : looked_up(t, shares_.data())[which];
      };
    };
    return {on_each(touches, share(beta1, 0)), on_each(touches, share(beta2, 1))};
  }

  std::span<const SharesOfStart> shares_;
  float last_;
  bool is_whole_;
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
