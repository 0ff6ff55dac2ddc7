// What an update rule may consult besides a coordinate's state and its gradient.
#pragma once

#include <algorithm>
#include <concepts>
#include <limits>
#include <string_view>

#include "hogwild/objective/penalty.hpp"

namespace hogwild {

/// One step, as a rule sees it. Net is NoPenalty or Penalty.
template <class Net = NoPenalty>
struct Step {
  float rate = 0;   ///< the step size after the schedule, > 0
  float share = 1;  ///< rows seen by all threads / rows seen by the thread that owns the state;
                    ///< 1 where the state is shared. A sum of one thread times this is the sum
                    ///< that all threads have together.
  Net penalty{};
};

/// The sum of two numbers >= 0, at most the largest float: squares that overflowed to infinity
/// would freeze a coordinate without a word.
inline float finite_sum(float a, float b) noexcept {
  return std::min(a + b, std::numeric_limits<float>::max());
}

/// Where a sum stands that was `before` when a thread began to work on a copy of it, is `shared`
/// now, and would be `after` had the thread been alone.
inline float merged_sum(float shared, float before, float after) noexcept {
  return shared == before ? after : shared + (after - before);
}

/// The same for a running mean or a velocity, of which two threads' are not more than one's.
inline float merged_mean(float shared, float before, float after) noexcept {
  return shared == before ? after : (shared + after) / 2;
}

/// What a rule provides: a State whose first member is the weight and whose every member starts at
/// zero bits; step(), a pure function of it; and merge(), which brings the steps made on a thread's
/// own copy (from before to after) into the shared state. Rules never see an atomic, a file or a
/// thread.
template <class R>
concept UpdateRule = requires(const R rule, typename R::State state, float gradient) {
  { R::kName } -> std::convertible_to<std::string_view>;
  { R::kDefaultRate } -> std::convertible_to<float>;
  { state.weight } -> std::convertible_to<float>;
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

}  // namespace hogwild
