// Adagrad: a step size for each coordinate, shrinking with the gradients it has seen.
#pragma once

#include <cmath>
#include <string_view>

#include "hogwild/update/step.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Adagrad: G += g^2; w -= eta g / sqrt(G + eps). A rare feature keeps a large step, which is what
/// sparse data wants. A coordinate moves only when a row touches it, and then exactly as in the
/// dense rule: its G does not change while its gradient is zero.
/// Where train() finds the learning rate it finds epsilon too, unless it was set: see find_rate().
/// Source: Duchi, Hazan, Singer, Journal of Machine Learning Research 2011, with eps inside the
/// root as in Ruder's survey (2016), section 4.3.
struct Adagrad {
  static constexpr std::string_view kName = "adagrad";  ///< as the command line and files have it
  static constexpr float kDefaultRate = 0.1f;           ///< where no rate is given or found

  float epsilon = 1e-8f;  ///< keeps the root away from 0; > 0

  /// Calls f(number, member) for each number of the rule.
  static constexpr void numbers(auto& rule, auto&& f) { f(kEpsilon, rule.epsilon); }

  /// Of one coordinate, or of several side by side.
  template <class Real>
  struct StateOf {
    Real weight{};   ///< of the coordinate
    Real squares{};  ///< G, the sum of squared gradients
  };
  /// What is kept of a coordinate.
  using State = StateOf<float>;

  /// The root that a rate is divided by.
  template <class Real, class Net>
  Real root(StateOf<Real> s, const Step<Net>& step) const noexcept {
    using std::sqrt;
    return sqrt(s.squares * step.share + epsilon);
  }
  /// The rate of a coordinate in this state.
  template <class Real, class Net>
  Real rate(StateOf<Real> s, const Step<Net>& step) const noexcept {
    return step.rate / root(s, step);
  }

  /// The state of a coordinate after a step on its gradient g.
  template <class Real, class Net>
  StateOf<Real> step(StateOf<Real> s, Real g, const Step<Net>& step) const noexcept {
    s.squares = s.squares + bounded_square(g);
    const Real root = this->root(s, step);
    s.weight = step.penalty.shrink(s.weight - step.rate * g / root, step.rate / root);
    return s;
  }
  /// The steps since `before` are made as short as the others' gradients would have made them, had
  /// the worker seen those: n gradients g move a weight by the integral of eta g / sqrt(G + g^2 t),
  /// which is 2 eta / g times the difference of the roots at its ends.
  State merge(State shared, State before, State after, const Parting& /*parting*/) const noexcept {
    if (shared.weight == before.weight && shared.squares == before.squares) return after;
    const auto root = [this](float squares) { return std::sqrt(squares + epsilon); };
    const float squares = merged_sum(shared.squares, before.squares, after.squares);
    const float shorter =
        (root(after.squares) + root(before.squares)) / (root(squares) + root(shared.squares));
    const float moved = shorter * (after.weight - before.weight);
    return {shared.weight == before.weight ? after.weight : shared.weight + moved, squares};
  }
};

}  // namespace hogwild
