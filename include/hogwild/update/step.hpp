// What an update rule may consult besides a coordinate's state and its gradient.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>

#include "hogwild/core/range.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/objective/penalty.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// f(x), where x is a number; what steps several coordinates side by side calls f for each.
template <class Function>
float on_each(float x, const Function& f) noexcept {
  return f(x);
}

/// x where a condition is above 0, else 0.
inline float where_positive(float condition, float x) noexcept {
  return condition > 0 ? x : 0;
}

/// One step, as a rule sees it. Net is NoPenalty or Penalty.
template <class Net = NoPenalty>
struct Step {
  float rate = 0;   ///< the step size after the schedule, > 0
  float share = 1;  ///< rows seen by all threads / rows seen by the thread that owns the state;
                    ///< 1 where the state is shared. A sum of one thread times this is the sum
                    ///< that all threads have together.
  Net penalty{};    ///< of the objective, or none
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

/// How far workers that each step a coordinate of their own have gone apart when one of them merges
/// its steps into the shared state.
struct Parting {
  float workers = 1;    ///< how many they are, >= 1
  float rate = 0;       ///< the step size now
  float curvature = 0;  ///< the loss's second derivative by the weight, summed over the steps that
                        ///< the worker has made on its own; >= 0
};

/// The share of its own move that each of several workers brings to a weight, if a step shrinks the
/// distance to the optimum by a constant factor. x is the sum, over the worker's steps, of the rate
/// times the curvature. On a parabola of that curvature the worker has covered 1 - e^-x of the way.
/// The steps of all T workers, one after the other, would have covered 1 - e^-Tx. So each brings
/// (1 - e^-Tx) / (T (1 - e^-x)) of its move: all of it where x is small, where the moves add up,
/// and 1 / T of it where x is large, where the mean of the moves is the optimum. At x = 1 two
/// workers bring 0.684.
inline float share_of_move(float x, float workers) noexcept {
  constexpr float kSmall = 1e-3f;  // below which the share is 1, to (workers - 1) times half of it
  if (!(x > kSmall) || !(workers > 1)) return 1;
  const auto covered = [](float way) { return 1 - exp_within(-std::min(way, kExpWithin)); };
  return covered(workers * x) / (workers * covered(x));
}

/// The shared weight after such a merge.
inline float merged_move(float shared, float before, float after, float share) noexcept {
  return share == 1 ? merged_sum(shared, before, after) : shared + share * (after - before);
}

/// What a rule provides: a State whose every member starts at zero bits, and step(), a pure
/// function of it. Rules never see an atomic, a file or a thread.
///
/// A rule may also have merge(shared, before, after, parting), which brings the steps made on a
/// worker's own copy (from before to after) into the shared state. Without one every step is made
/// on the shared state.
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
  { rule.step(state, gradient, Step<NoPenalty>{}) } -> std::same_as<typename R::State>;
  { rule.step(state, gradient, Step<Penalty>{}) } -> std::same_as<typename R::State>;
};

/// Whether a rule has a learning rate. One without says so by kHasRate = false.
template <class R>
inline constexpr bool has_rate = !requires {
  requires !R::kHasRate;
};

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
inline constexpr bool is_indivisible = requires {
  requires R::kIndivisible;
};

/// Whether a rule accounts by itself, over time, for the penalty of steps that a coordinate missed.
/// To the others a step's penalty is handed times n / d_j.
template <class R>
inline constexpr bool owns_penalty = requires {
  requires R::kOwnsPenalty;
};

/// Whether steps made on a worker's own copy of a coordinate can be merged into the shared one.
template <class R>
inline constexpr bool has_merge = requires(const R rule, typename R::State s) {
  { rule.merge(s, s, s, Parting{}) } -> std::same_as<typename R::State>;
};

/// Whether workers may have their own copies of a coordinate for many rows: the rule can merge
/// them, and does not keep by itself an account of time, which each copy would keep anew.
template <class R>
inline constexpr bool may_part = has_merge<R> && !is_indivisible<R> && !requires {
  requires !R::kMayPart;
};

/// Whether a state can be each thread's own, the weight alone being shared.
template <class R>
inline constexpr bool can_be_per_thread = !has_outcome<R> && !is_indivisible<R>;

/// What a rule remembers of a coordinate from the gradient to the step; nothing, for most.
struct NothingSeen {};
/// The type of what a rule remembers.
template <class Rule>
struct SeenOf {
  using type = NothingSeen;  ///< of the rule
};
/// The same of a rule that remembers something.
template <class Rule>
requires has_memory<Rule>
struct SeenOf<Rule> {
  using type = typename Rule::Seen;  ///< of the rule
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
  if constexpr (has_lookahead<Rule>) return rule.lookahead(state, step);
  return outcome_of(rule, state, step);
}

/// A number that update rules have.
struct RuleNumber {
  std::string_view name;    ///< as the command line has it
  Range range;              ///< of its values
  std::string_view values;  ///< what stands for it in the help
  std::string_view help;    ///< without rules and defaults, which the rules tell
};

inline constexpr RuleNumber kGamma{"gamma", from_to_below(0, 1), "X",
                                   "momentum: the share of the velocity that is kept in each step"};
inline constexpr RuleNumber kRho{"rho", from_to_below(0, 1), "X", "decay of the running means"};
inline constexpr RuleNumber kBeta{"beta", at_least(0), "X",
                                  "larger values make the first steps smaller"};
inline constexpr RuleNumber kBeta1{"beta1", from_to_below(0, 1), "X",
                                   "decay of the mean of the gradients"};
inline constexpr RuleNumber kBeta2{"beta2", from_to_below(0, 1), "X",
                                   "decay of the mean of the squared gradients"};
inline constexpr RuleNumber kEpsilon{"epsilon", above(0), "X",
                                     "number added to a divisor to keep it above 0; adagrad's is "
                                     "found from the data if --learning-rate is auto"};

/// f(number, member) for each of a rule's numbers, the member by reference.
template <class Rule, class Function>
constexpr void for_each_number(Rule& rule, Function&& f) {
  if constexpr (requires { Rule::numbers(rule, f); }) Rule::numbers(rule, f);
}

}  // namespace hogwild
