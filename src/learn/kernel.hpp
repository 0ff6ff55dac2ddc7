// The algorithm. For each row it reads the weights of the row's non-zeros, computes the margin w.x
// and the slope of the loss there, and steps each weight. The other code feeds these loops.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "core/sanitizers.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/data/row.hpp"
#include "hogwild/objective/penalty.hpp"
#include "hogwild/update/step.hpp"
#include "learn/lanes.hpp"
#include "learn/loss_sum.hpp"
#include "learn/own_bias.hpp"
#include "learn/prefetch.hpp"
#include "objective/switched_loss.hpp"

// Sanitizer builds are not used to measure speed, and inlining would double their compile time.
#if defined(HOGWILD_SANITIZED)
#define HOGWILD_ALL_INLINED
#else
#define HOGWILD_ALL_INLINED [[gnu::flatten, gnu::noinline]]
#endif

namespace hogwild {

/// The learning rate and the step count of a block of rows.
struct Pace {
  float rate = 0;          ///< the step size now
  float share = 1;         ///< see Step::share
  std::uint64_t time = 0;  ///< steps before the block's first: see Step::time
};

/// The penalty of a step at coordinate j in a run without a penalty.
struct NoPenaltyAt {
  NoPenalty operator()(Index) const noexcept { return {}; }
  template <std::size_t kCount>
  NoPenalty of(const Index*, Count<kCount>) const noexcept {
    return {};
  }
};

/// The penalty of a step at coordinate j. Degree scaling multiplies it by n / d_j. A rule that
/// accounts for missed steps itself (owns_penalty) gets it unscaled.
template <class Rule>
struct PenaltyAt {
  Penalty penalty;
  const float* scale = nullptr;  ///< [features + 1], 0 for the bias; unused with owns_penalty
  Penalty operator()(Index j) const noexcept {
    if constexpr (owns_penalty<Rule>) return penalty;
    return penalty.scaled(scale[j]);
  }

  /// The penalties of some coordinates, side by side.
  template <std::size_t kCount>
  PenaltyLanes of(const Index* j, Count<kCount>) const noexcept {
    Lanes::Floats times{};
    for (std::size_t i = 0; i < kCount; ++i) times[i] = scale[j[i]];
    return {Lanes(penalty.l1) * Lanes(times), Lanes(penalty.l2) * Lanes(times)};
  }

  /// The penalty of a step for the mean of several rows. share: the share of these rows that touch
  /// j. scale may be null if there is no penalty.
  Penalty of_share(Index j, float share) const noexcept {
    if (owns_penalty<Rule> || scale == nullptr) return penalty;
    return penalty.scaled(scale[j] * share);
  }
};

/// w.x over a row's non-zeros, in type Real. It keeps four partial sums, so that an addition need
/// not wait for the previous one.
template <bool kOnes, class Real = float, class WeightOf>
Real dot(const SparseRow& row, const WeightOf& weight) noexcept {
  const auto term = [&](std::size_t k) {
    const auto w = static_cast<Real>(weight(row.indices[k]));
    return kOnes ? w : static_cast<Real>(row.values[k]) * w;
  };
  const std::size_t n = row.nonzeros();
  Real first = 0, second = 0, third = 0, fourth = 0;
  std::size_t k = 0;
  for (; k + 4 <= n; k += 4) {
    first += term(k);
    second += term(k + 1);
    third += term(k + 2);
    fourth += term(k + 3);
  }
  if (k < n) first += term(k);
  if (k + 1 < n) second += term(k + 1);
  if (k + 2 < n) third += term(k + 2);
  return (first + second) + (third + fourth);
}

/// The weight at which a gradient is computed. If the rule needs only the weight, the rest of the
/// state is not read, since it may be in another array.
template <class View, class Rule, class Net>
float weight_at(const View& view, const Rule& rule, Index j, const Step<Net>& step) {
  if constexpr (has_lookahead<Rule> || has_outcome<Rule>) {
    return lookahead_of(rule, view.state(j), step);
  } else {
    return view.weight(j);
  }
}

/// Whether the types allow stepping four coordinates at a time; view.is_racy() decides. This
/// requires a view that has cells(), for a separate load and store, and a rule that supports lanes
/// (HasLanes).
template <class View, class Rule, class Net>
concept MayStepAbreast = HasLanes<Rule> &&
                         (std::same_as<Net, NoPenalty> || !owns_penalty<Rule>)&&!has_memory<Rule> &&
                         requires(View view) {
  view.cells(std::array<Index, 4>{});
};

/// Whether four coordinates are always stepped at a time.
template <class View, class Rule, class Net>
concept StepsAbreast = MayStepAbreast<View, Rule, Net> && View::kIsRacy;

/// Calls f(k, cells) for each group of four of n coordinates. k is the position of the group's
/// first; cells is an array of pointers to their cells. The last group may have fewer than four.
/// number(k): the k-th coordinate.
template <class View, class Number, class Function>
void for_each_four(const View& view, std::size_t n, const Number& number, const Function& f) {
  const auto four = [&](std::size_t k, auto count) {
    std::array<Index, count> j;
    for (std::size_t i = 0; i < count; ++i) j[i] = number(k + i);
    f(k, view.cells(j));
  };
  std::size_t k = 0;
  for (; k + 4 <= n; k += 4) four(k, Count<4>());
  switch (n - k) {
    case 3:
      return four(k, Count<3>());
    case 2:
      return four(k, Count<2>());
    case 1:
      return four(k, Count<1>());
  }
}

/// w.x, four coordinates at a time: the same as dot(), to the last bit.
template <bool kOnes, class Real = float, class Rule, class View>
Real dot_abreast(const View& view, const SparseRow& row, const Rule& rule,
                 const Step<NoPenalty>& step) {
  using Reals = std::conditional_t<std::same_as<Real, float>, Lanes::Floats, Lanes::Doubles>;
  Reals sum{};
  const auto add = [&]<std::size_t kCount>(std::size_t k, CellsOf<Rule, kCount> cells) {
    const Lanes weights = StatesAbreast<Rule>(cells).weights(rule, step);
    const Reals terms = __builtin_convertvector(weights.floats(), Reals);
    if constexpr (kOnes) {
      sum += terms;
    } else {
      const Lanes values = Lanes::of(&row.values[k], Count<kCount>());
      sum += terms * __builtin_convertvector(values.floats(), Reals);
    }
  };
  for_each_four(
      view, row.nonzeros(), [&](std::size_t k) { return row.indices[k]; }, add);
  return (sum[0] + sum[1]) + (sum[2] + sum[3]);
}

/// A step of each coordinate of a row, four at a time. No index may be in the row twice.
template <bool kOnes, class View, class Rule, class PenaltyOf>
void step_abreast(const View& view, const SparseRow& row, const Rule& rule, float slope,
                  const PenaltyOf& penalty_at, const Pace& pace) {
  const auto step_four = [&]<std::size_t kCount>(std::size_t k, CellsOf<Rule, kCount> cells) {
    StatesAbreast<Rule> states(cells);
    const Lanes gradients =
        kOnes ? Lanes(slope) : Lanes(slope) * Lanes::of(&row.values[k], Count<kCount>());
    const auto penalty = penalty_at.of(&row.indices[k], Count<kCount>());
    states.step(
        rule, gradients,
        Step<std::remove_const_t<decltype(penalty)>>{pace.rate, pace.share, penalty, pace.time});
    states.store(cells);
  };
  for_each_four(
      view, row.nonzeros(), [&](std::size_t k) { return row.indices[k]; }, step_four);
}

/// One stochastic step on one row.
/// view, rule and row are copied before the loops over the non-zeros. Through a reference they
/// would be read again after every store, and a second thread would wait for their cache line.
/// If view and row were parameters by value, the parts that do not fit in registers would be passed
/// on the stack: measured with private copies of weights, 0.9 of the speed. All functions that the
/// loops call are inlined: without this, GCC 12 makes a call to a view or a rule for each non-zero:
/// 175 instead of 320 million non-zeros a second on click rows with adagrad on one thread.
template <bool kOnes, bool kAbreast, class View, class Bias, class Rule, class Loss,
          class PenaltyOf>
HOGWILD_ALL_INLINED void learn_row(const View& the_view, const SparseRow& the_row, Bias& bias,
                                   const Rule rule, const Loss& loss, const PenaltyOf penalty_at,
                                   const Pace pace, std::vector<SeenBy<Rule>>& seen,
                                   RunningLoss& sum) {
  View view = the_view;
  const SparseRow row = the_row;
  const auto step_at = [&](Index j) {
    return Step<decltype(penalty_at(j))>{pace.rate, pace.share, penalty_at(j), pace.time};
  };
  const Step<NoPenalty> free_step{pace.rate, pace.share, {}, pace.time};
  if constexpr (has_memory<Rule>) seen.clear();
  float margin = bias.weight(free_step);
  if constexpr (kAbreast) {
    margin += dot_abreast<kOnes>(view, row, rule, free_step);
  } else {
    margin += dot<kOnes>(row, [&](Index j) {
      if constexpr (has_memory<Rule>) {
        const auto state = view.state(j);  // one read gives both weight and memory
        seen.push_back(rule.seen(state));
        return lookahead_of(rule, state, step_at(j));
      } else {
        return weight_at(view, rule, j, step_at(j));
      }
    });
  }
  const LossParts parts = loss.parts(margin, row.label);
  sum.add(parts, row.weight);

  const float slope = row.weight * parts.slope;
  if constexpr (kAbreast) {
    step_abreast<kOnes>(view, row, rule, slope, penalty_at, pace);
  } else {
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      const Index j = row.indices[k];
      const float gradient = kOnes ? slope : slope * row.values[k];
      const auto step = step_at(j);
      view.update(j, [&](auto state) {
        return stepped(rule, state, gradient, has_memory<Rule> ? seen[k] : SeenBy<Rule>{}, step);
      });
    }
  }
  bias.step(slope, free_step);
}

/// Replaces the Part of WorkerViews where no worker has one: all pointers to it are null.
template <class ViewType, class State>
struct NoPart {
  ViewType only;
  BiasCopy<State> copy;
  const ViewType& view() const noexcept { return only; }
  BiasCopy<State>& bias() noexcept { return copy; }
  bool is_due() const noexcept { return false; }
  void merge_due(const auto&, auto&, float, double) const noexcept {}
  void note(float, double) const noexcept {}
};

/// To be called before each row where workers have no copies of the bias. curvature: as for
/// Part::merge_due().
template <class View, class Part, class Rule>
void merge_if_due(const View& shared, Part* part, const Rule& rule, float rate, double curvature) {
  if (part == nullptr || !part->is_due()) return;
  BiasCopy<typename Rule::State> none;
  OwnBias no_bias(shared, BiasAt{}, rule, none);
  part->merge_due(rule, no_bias, rate, curvature);
}

/// One stochastic step on each row in turn. Labels are what the loss expects (-1, +1 or numbers);
/// rows of weight 0 are skipped. shared: the view of the shared cells, used for the bias and, if
/// part is null, for the weights. part: the worker's Part of WorkerViews, whose view is used for
/// the weights, or null.
template <class View, class Part, class Rule, class Loss, class PenaltyOf>
LossSum learn_rows(const View& shared, Part* part, std::span<const SparseRow> rows, BiasAt bias_at,
                   const Rule& rule, const Loss& loss, const PenaltyOf& penalty_at, Pace pace,
                   const Prefetch lookahead) {
  const View view = part != nullptr ? part->view() : shared;
  BiasCopy<typename Rule::State> bias_copy;
  OwnBias bias(shared, bias_at, rule, part != nullptr ? part->bias() : bias_copy);
  if (part == nullptr) bias.take();
  std::vector<SeenBy<Rule>> seen;  // [non-zeros of the row at hand], if the rule has a memory
  RunningLoss sum;
  for (std::size_t i = 0; i < rows.size(); ++i, ++pace.time) {
    lookahead(view, rows, i);
    if (part != nullptr) {
      if (part->is_due()) part->merge_due(rule, bias, pace.rate, sum.curvature());
    } else if (i % bias.kMergeRows == 0 && i != 0) {
      bias.merge();
    }
    const SparseRow& row = rows[i];
    if (row.weight == 0) continue;
    const auto learn = [&]<bool kOnes>(std::bool_constant<kOnes>) {
      using Net = decltype(penalty_at(Index{}));
      if constexpr (MayStepAbreast<View, Rule, Net>) {
        if (view.is_racy()) {
          return learn_row<kOnes, true>(view, row, bias, rule, loss, penalty_at, pace, seen, sum);
        }
      }
      if constexpr (!StepsAbreast<View, Rule, Net>) {
        learn_row<kOnes, false>(view, row, bias, rule, loss, penalty_at, pace, seen, sum);
      }
    };
    row.values.empty() ? learn(std::true_type()) : learn(std::false_type());
  }
  if (part != nullptr) {
    part->note(pace.rate, sum.curvature());
  } else {
    bias.merge();
  }
  return sum.sum();
}

}  // namespace hogwild
