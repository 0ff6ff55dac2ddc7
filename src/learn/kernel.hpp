// The algorithm: for each row, read the weights of its non-zeros, take the loss's slope at their
// sum, and step each of them. Everything else in this library is there to feed these loops.
#pragma once

#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "hogwild/core/types.hpp"
#include "hogwild/data/row.hpp"
#include "hogwild/objective/penalty.hpp"
#include "hogwild/update/step.hpp"
#include "learn/lanes.hpp"
#include "objective/switched_loss.hpp"

namespace hogwild {

/// What a block of rows came to, each row's loss taken before its own step.
struct LossSum {
  double loss = 0;    ///< weighted
  double weight = 0;  ///< sum of row weights
};

/// A LossSum that grows row by row.
class RunningLoss {
 public:
  [[gnu::always_inline]] void add(LossParts row, float weight) noexcept {
    weight_ += static_cast<double>(weight);
    if (weight == 1) {
      shifts_ += static_cast<double>(row.shift);
      product_ *= row.factor;
      if (product_ > 1e300) fold();
    } else {
      shifts_ +=
          static_cast<double>(weight) * (static_cast<double>(row.shift) + std::log(row.factor));
    }
  }
  LossSum sum() noexcept {
    fold();
    return {shifts_, weight_};
  }

 private:
  void fold() noexcept { shifts_ += std::log(std::exchange(product_, 1)); }

  double shifts_ = 0;
  double product_ = 1;  // of factors whose logarithms are still to be added
  double weight_ = 0;
};

/// The pace of a block.
struct Pace {
  float rate = 0;          ///< the step size now
  float share = 1;         ///< see Step::share
  std::uint64_t time = 0;  ///< steps before the block's first: see Step::time
};

/// The penalty a step owes at coordinate j: nothing.
struct NoPenaltyAt {
  NoPenalty operator()(Index) const noexcept { return {}; }
};

/// The penalty a step owes at coordinate j: by degree scaling, n / d_j times its own; or, where the
/// rule sees to missed steps itself, its own.
template <class Rule>
struct PenaltyAt {
  Penalty penalty;
  const float* scale = nullptr;  ///< [features + 1], 0 for the bias; unused by a rule that owns it
  Penalty operator()(Index j) const noexcept {
    if constexpr (owns_penalty<Rule>) return penalty;
    return penalty.scaled(scale[j]);
  }
};

/// The bias's coordinate, if there is a bias.
struct BiasAt {
  Index coordinate = 0;
  bool present = false;
};

/// The bias while rows are learnt: a copy of the thread's own, merged with the shared one every few
/// rows. Every row steps the bias, so threads that shared it row by row would pass its cache line
/// to and fro: measured on click rows at 2 threads, x0.9 of the speed. Few rows, because until they
/// merge the threads all walk the same way, and together too far: with 300 rows sgd at rate 0.1 on
/// 4 threads ended several per cent above one thread's loss.
template <class View, class Rule>
class OwnBias {
 public:
  using State = typename Rule::State;
  static constexpr std::size_t kMergeRows = 8;

  OwnBias(const View& view, BiasAt at, const Rule& rule) : view_(view), at_(at), rule_(rule) {
    take();
  }
  ~OwnBias() { give(); }
  OwnBias(const OwnBias&) = delete;
  OwnBias& operator=(const OwnBias&) = delete;

  float weight(const Step<NoPenalty>& step) const noexcept {
    return lookahead_of(rule_, now_, step);
  }
  void step(float gradient, const Step<NoPenalty>& step) noexcept {
    if (at_.present) now_ = rule_.step(now_, gradient, step);
  }
  void merge() noexcept {
    give();
    take();
  }

 private:
  void take() noexcept {
    if (!at_.present) return;
    [[maybe_unused]] const auto turn = view_.turn();
    before_ = now_ = view_.state(at_.coordinate);
  }
  void give() noexcept {
    if (!at_.present) return;
    [[maybe_unused]] const auto turn = view_.turn();
    view_.update(at_.coordinate, [&](State shared) { return rule_.merge(shared, before_, now_); });
  }

  View view_;
  BiasAt at_;
  const Rule& rule_;
  State before_{};
  State now_{};
};

/// w.x over a row's non-zeros, in Real. Four sums, so that an addition need not wait for the one
/// before.
template <bool kOnes, class Real = float, class WeightOf>
[[gnu::always_inline]] inline Real dot(const SparseRow& row, const WeightOf& weight) noexcept {
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
  for (; k < n; ++k) first += term(k);
  return (first + second) + (third + fourth);
}

/// The weight at which a gradient is taken: without the state, which may live elsewhere, if the
/// rule does not look at it.
template <class View, class Rule, class Net>
[[gnu::always_inline]] inline float weight_at(const View& view, const Rule& rule, Index j,
                                              const Step<Net>& step) {
  if constexpr (has_lookahead<Rule> || has_outcome<Rule>) {
    return lookahead_of(rule, view.state(j), step);
  } else {
    return view.weight(j);
  }
}

/// Whether a view keeps copies of the first coordinates.
template <class View>
concept HasReplicas = requires(View view) {
  view.shared();
};

/// Where the coordinates are that all workers share.
template <class View>
auto shared_part(const View& view) noexcept {
  if constexpr (HasReplicas<View>) {
    return view.shared();
  } else {
    return view;
  }
}

/// f(view, row) for each part of a row that lies in one place: all of it, or what a worker has
/// copies of, in fours, and the rest.
template <class View, class Function>
[[gnu::always_inline]] inline void on_parts(const View& view, const SparseRow& row,
                                            const Function& f) {
  if constexpr (HasReplicas<View>) {
    const std::size_t hot = view.hot_fours(row);
    f(view.own(), row.part(0, hot));
    f(view, row.part(hot, row.nonzeros()));
  } else {
    f(view, row);
  }
}

/// Whether steps are taken four at a time: a step of the view may be made of a load and a store
/// that are apart, and the rule knows lanes.
template <class View, class Rule, class Net>
concept StepsAbreast = HasLanes<Rule> && std::same_as<Net, NoPenalty> &&
    requires(View view, typename Rule::State state) {
  view.put(Index{}, state);
};

/// One stochastic step on one row.
/// What the loop over its non-zeros consults (view, rule, row) comes by value: behind a reference
/// it would be read again after every store, and a second thread would wait for the line that they
/// lie in. Measured on click rows with adagrad: 37 instructions a non-zero instead of 47; an epoch
/// on two threads 0.17 s instead of 0.40 s, on one 0.27 s instead of 0.29 s.
template <bool kOnes, class View, class Bias, class Rule, class Loss, class PenaltyOf>
void learn_row(View view, const SparseRow row, Bias& bias, const Rule rule, const Loss& loss,
               const PenaltyOf penalty_at, const Pace pace, std::vector<SeenBy<Rule>>& seen,
               RunningLoss& sum) {
  [[maybe_unused]] const auto turn = view.turn();
  const auto step_at = [&](Index j) {
    return Step<decltype(penalty_at(j))>{pace.rate, pace.share, penalty_at(j), pace.time};
  };
  const Step<NoPenalty> bias_step{pace.rate, pace.share, {}, pace.time};
  if constexpr (has_memory<Rule>) seen.clear();
  float margin = bias.weight(bias_step);
  on_parts(
      view, row, [&](const auto& place, const SparseRow part) __attribute__((always_inline)) {
        margin += dot<kOnes>(
            part, [&](Index j) __attribute__((always_inline)) {
              if constexpr (has_memory<Rule>) {
                const auto state = place.state(j);  // weight and memory of one moment
                seen.push_back(rule.seen(state));
                return lookahead_of(rule, state, step_at(j));
              } else {
                return weight_at(place, rule, j, step_at(j));
              }
            });
      });
  const LossParts parts = loss.parts(margin, row.label);
  sum.add(parts, row.weight);

  const float slope = row.weight * parts.slope;
  if constexpr (StepsAbreast<View, Rule, decltype(penalty_at(Index{}))>) {
    on_parts(
        view, row, [&](auto place, const SparseRow part) __attribute__((always_inline)) {
          const auto step_abreast = [&](std::size_t k, auto count) __attribute__((always_inline)) {
            const Index* const j = part.indices.data() + k;
            StatesAbreast<Rule> states(j, place, count);
            states.step(
                rule,
                kOnes ? Lanes(slope) : Lanes(slope) * Lanes::of(part.values.data() + k, count),
                bias_step);
            states.put(j, place, count);
          };
          std::size_t k = 0;
          for (; k + 4 <= part.nonzeros(); k += 4) step_abreast(k, Count<4>());
          switch (part.nonzeros() - k) {
            case 3:
              step_abreast(k, Count<3>());
              break;
            case 2:
              step_abreast(k, Count<2>());
              break;
            case 1:
              step_abreast(k, Count<1>());
              break;
          }
        });
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
  bias.step(slope, bias_step);
}

/// Asks for a row's indices and values, every line of them: in a shuffled order no row follows from
/// the one before.
inline void prefetch_nonzeros(const SparseRow& row) noexcept {
  constexpr std::uintptr_t kLine = 64;
  const auto lines_of = [](const auto& span) {
    const auto begin = reinterpret_cast<std::uintptr_t>(span.data());
    for (auto at = begin / kLine * kLine; at < begin + span.size_bytes(); at += kLine) {
      __builtin_prefetch(reinterpret_cast<const void*>(at), 0, 0);
    }
  };
  lines_of(row.indices);
  lines_of(row.values);
}

/// What is asked for ahead of the loop that learns.
struct Lookahead {
  bool wanted = false;
  Index from = 0;  ///< the first coordinate that is not in cache anyway
};

/// One stochastic step on each row in turn. Labels are what the loss expects (-1, +1 or numbers);
/// a row of weight 0 is passed over. Of a view with replicas, those are merged now and then.
template <class View, class Rule, class Loss, class PenaltyOf>
LossSum learn_rows(View view, std::span<const SparseRow> rows, BiasAt bias_at, const Rule& rule,
                   const Loss& loss, const PenaltyOf& penalty_at, Pace pace,
                   const Lookahead lookahead) {
  // Far enough ahead for a line to arrive, near enough for it to be still there. Measured on click
  // rows with 2^20 coordinates: 4 to 8 rows ahead, x1.3 to x1.6.
  constexpr std::size_t kRowsAhead = 6;
  constexpr std::size_t kNonzerosAhead = 12;  // from memory: further, or the loop waits for them
  OwnBias bias(shared_part(view), bias_at, rule);
  std::vector<SeenBy<Rule>> seen;  // [non-zeros of the row at hand], if the rule has a memory
  RunningLoss sum;
  for (std::size_t i = 0; i < rows.size(); ++i, ++pace.time) {
    if (lookahead.wanted && i + kNonzerosAhead < rows.size()) {
      prefetch_nonzeros(rows[i + kNonzerosAhead]);
    }
    if (lookahead.wanted && i + kRowsAhead < rows.size()) {
      const auto indices = rows[i + kRowsAhead].indices;
      for (std::size_t k = indices.size(); k > 0 && indices[k - 1] >= lookahead.from; --k) {
        shared_part(view).prefetch(indices[k - 1]);
      }
    }
    if constexpr (HasReplicas<View>) {
      if (view.merge_if_due(rule, pace.time)) bias.merge();
    } else {
      if (i % bias.kMergeRows == 0 && i != 0) bias.merge();
    }
    const SparseRow& row = rows[i];
    if (row.weight == 0) continue;
    if (row.values.empty()) {
      learn_row<true>(view, row, bias, rule, loss, penalty_at, pace, seen, sum);
    } else {
      learn_row<false>(view, row, bias, rule, loss, penalty_at, pace, seen, sum);
    }
  }
  return sum.sum();
}

}  // namespace hogwild
