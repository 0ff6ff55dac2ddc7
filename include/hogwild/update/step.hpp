// What an update rule may consult besides a coordinate's state and its gradient.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

#include "hogwild/objective/penalty.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// One step, as a rule sees it. Net is NoPenalty or Penalty.
template <class Net = NoPenalty>
struct Step {
  float rate = 0;   ///< the step size after the schedule, > 0
  float share = 1;  ///< rows seen by all threads / rows seen by the thread that owns the state;
                    ///< 1 where the state is shared. A sum of one thread times this is the sum
                    ///< that all threads have together.
  Net penalty{};
  std::uint64_t time = 0;  ///< steps of the run begun before this one, by all threads
};

/// The sum of two numbers >= 0, at most the largest float: squares that overflowed to infinity
/// would freeze a coordinate without a word.
template <class Real>
Real finite_sum(Real a, Real b) noexcept {
  using std::min;
  return min(a + b, Real{std::numeric_limits<float>::max()});
}

/// g^2 as a term of a sum that is never to overflow: at most 2^96, which floats of 2^120 swallow.
/// Only gradients beyond 10^14 are cut.
template <class Real>
Real bounded_square(Real g) noexcept {
  using std::min;
  return min(g * g, Real{0x1p96f});
}

/// Where a sum stands that was `before` when a thread began to work on a copy of it, is `shared`
/// now, and would be `after` had the thread been alone.
template <std::floating_point Real>
Real merged_sum(Real shared, Real before, Real after) noexcept {
  return shared == before ? after : shared + (after - before);
}

/// The same for a running mean or a velocity, of which two threads' are not more than one's.
inline float merged_mean(float shared, float before, float after) noexcept {
  return shared == before ? after : (shared + after) / 2;
}

/// What a rule provides: a State whose every member starts at zero bits; step(), a pure function of
/// it; and merge(), which brings the steps made on a thread's own copy (from before to after) into
/// the shared state. Rules never see an atomic, a file or a thread.
///
/// A State's first member is the weight, both the one that gradients are taken at and the one that
/// a model keeps. A rule that wants either to be something else says so by a member
///   lookahead(state, step)  where the gradient is taken (nesterov)
///   outcome(state, step)    what a model keeps, and, unless there is a lookahead(), where the
///                           gradient is taken (ftrl)
/// and one whose step depends on what happened since the gradient's weights were read by
///   Seen, seen(state)       what it wants kept from that moment (adaptive_revision)
///   step(state, gradient, seen, step)
///
/// A rule may be one for several coordinates side by side: then its State is a template of the
/// number, StateOf<Real>, and so is its step().
template <class R>
concept UpdateRule = requires(const R rule, typename R::State state, float gradient) {
  { R::kName } -> std::convertible_to<std::string_view>;
  { R::kDefaultRate } -> std::convertible_to<float>;
  { rule.merge(state, state, state) } -> std::same_as<typename R::State>;
  { rule.step(state, gradient, Step<NoPenalty>{}) } -> std::same_as<typename R::State>;
  { rule.step(state, gradient, Step<Penalty>{}) } -> std::same_as<typename R::State>;
};

/// Whether a rule has a learning rate. One without says so by kHasRate = false.
template <class R>
inline constexpr bool has_rate = [] {
  if constexpr (requires { R::kHasRate; }) return R::kHasRate;
  return true;
}();

/// Whether a rule looks at more than the weight where gradients are taken, or in what is kept.
template <class R>
inline constexpr bool has_lookahead = requires(const R rule, typename R::State state) {
  rule.lookahead(state, Step<>{});
};
template <class R>
inline constexpr bool has_outcome = requires(const R rule, typename R::State state) {
  rule.outcome(state, Step<>{});
};

/// Whether a rule remembers, for its step, what it saw where the gradient was taken.
template <class R>
inline constexpr bool has_memory = requires {
  typename R::Seen;
};

/// Whether a state may only change as a whole, so that no word of it stands alone.
template <class R>
inline constexpr bool is_indivisible = [] {
  if constexpr (requires { R::kIndivisible; }) return R::kIndivisible;
  return false;
}();

/// Whether a rule accounts by itself, over time, for the penalty of steps that a coordinate missed.
/// To the others a step's penalty is handed times n / d_j.
template <class R>
inline constexpr bool owns_penalty = [] {
  if constexpr (requires { R::kOwnsPenalty; }) return R::kOwnsPenalty;
  return false;
}();

/// Whether a coordinate's steps shrink by what it has seen, so that threads may go apart for many
/// rows and their steps still add up. Other rules' would together go too far.
template <class R>
inline constexpr bool steps_shrink = [] {
  if constexpr (requires { R::kStepsShrink; }) return R::kStepsShrink;
  return false;
}();

/// Whether a state can be each thread's own, the weight alone being shared.
template <class R>
inline constexpr bool can_be_per_thread = !has_outcome<R> && !is_indivisible<R>;

/// What a rule remembers of a coordinate from the gradient to the step; nothing, for most.
struct NothingSeen {};
template <class Rule>
struct SeenOf {
  using type = NothingSeen;
};
template <class Rule>
requires has_memory<Rule>
struct SeenOf<Rule> {
  using type = typename Rule::Seen;
};
template <class Rule>
using SeenBy = typename SeenOf<Rule>::type;

/// The step of a gradient that was taken when `seen` was.
template <class Rule, class Net>
typename Rule::State stepped(const Rule& rule, const typename Rule::State& state, float gradient,
                             [[maybe_unused]] const SeenBy<Rule>& seen, const Step<Net>& step) {
  if constexpr (has_memory<Rule>) {
    return rule.step(state, gradient, seen, step);
  } else {
    return rule.step(state, gradient, step);
  }
}

/// The weight that a model keeps.
template <class Rule, class Net>
float outcome_of(const Rule& rule, const typename Rule::State& state, const Step<Net>& step) {
  if constexpr (has_outcome<Rule>) {
    return rule.outcome(state, step);
  } else {
    return state.weight;
  }
}

/// The weight at which the gradient is taken.
template <class Rule, class Net>
float lookahead_of(const Rule& rule, const typename Rule::State& state, const Step<Net>& step) {
  if constexpr (has_lookahead<Rule>) {
    return rule.lookahead(state, step);
  } else {
    return outcome_of(rule, state, step);
  }
}

}  // namespace hogwild
