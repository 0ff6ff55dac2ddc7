// The numbers a rule is chosen with, by name: for whoever sets, compares or keeps them.
#pragma once

#include <string>

#include "hogwild/update/update_rule.hpp"

namespace hogwild {

/// f(name, number) for each of a rule's numbers, by reference; the names are the command line's.
template <class Rule, class Function>
void for_each_number(Rule& rule, Function&& f) {
  if constexpr (requires { rule.gamma; }) f("gamma", rule.gamma);
  if constexpr (requires { rule.rho; }) f("rho", rule.rho);
  if constexpr (requires { rule.beta; }) f("beta", rule.beta);
  if constexpr (requires { rule.beta1; }) f("beta1", rule.beta1);
  if constexpr (requires { rule.beta2; }) f("beta2", rule.beta2);
  if constexpr (requires { rule.epsilon; }) f("epsilon", rule.epsilon);
}

/// A rule as the command line has it: "adagrad --epsilon 1e-08".
std::string in_words(const AnyUpdateRule& rule);

}  // namespace hogwild
