// A rule whose outcome is the average of its weights over the run.
#pragma once

#include <string_view>

#include "hogwild/update/step.hpp"
#include "update/whole_words.hpp"

namespace hogwild {

/// Any rule, with the mean of the weight after each step of the run as what a model keeps;
/// gradients are taken as the rule takes them. Only touched coordinates are written: with d_t the
/// change made by the step at time t, the mean after T steps is w - (sum of t d_t) / T. Source:
/// Polyak and Juditsky, SIAM Journal on Control and Optimization 1992; the sum, as a trick for
/// sparse rows, in Bottou's SGD notes, 2012.
template <class Rule>
struct Averaged {
  static constexpr std::string_view kName = Rule::kName;
  static constexpr float kDefaultRate = Rule::kDefaultRate;
  static constexpr bool kOwnsPenalty = owns_penalty<Rule>;

  Rule rule{};

  struct State {
    typename Rule::State now{};
    float moments = 0;  ///< the sum of t d_t
    [[no_unique_address]] WholeWords<sizeof(now) + 4> unused{};
  };

  template <class Net>
  float lookahead(const State& s, const Step<Net>& step) const noexcept {
    return lookahead_of(rule, s.now, step);
  }
  template <class Net>
  float outcome(const State& s, const Step<Net>& step) const noexcept {
    const float now = outcome_of(rule, s.now, step);
    return step.time == 0 ? now : now - s.moments / static_cast<float>(step.time);
  }

  template <class Net>
  State step(State s, float g, const Step<Net>& step) const noexcept {
    const float before = outcome_of(rule, s.now, step);
    s.now = rule.step(s.now, g, step);
    Step<Net> next = step;
    ++next.time;
    s.moments += static_cast<float>(step.time) * (outcome_of(rule, s.now, next) - before);
    return s;
  }
  /// Of the moments the share that the rule brings of the weight's move.
  State merge(State shared, const State& before, const State& after,
              const Parting& parting) const noexcept requires has_merge<Rule> {
    const auto merged = rule.merge(shared.now, before.now, after.now, parting);
    float share = 1;
    if constexpr (!has_outcome<Rule>) {
      const float moved = after.now.weight - before.now.weight;
      if (moved != 0) share = (merged.weight - shared.now.weight) / moved;
    }
    shared.now = merged;
    shared.moments = merged_move(shared.moments, before.moments, after.moments, share);
    return shared;
  }
};

}  // namespace hogwild
