// The numbers that update rules are chosen with. A rule lists its own, numbers(rule, f) calling
// f(number, member) for each; the command line, the C interface, checkpoints and parameter files
// iterate these lists.
#pragma once

#include <string_view>

#include "hogwild/core/range.hpp"

namespace [[gnu::visibility("default")]] hogwild {

struct RuleNumber {
  std::string_view name;  ///< as the command line has it
  Range range;
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
