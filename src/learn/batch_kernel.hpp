// A step on a batch of rows by one worker, while others learn other batches: the gradients of all
// rows are taken at the same weights, and their mean is what each touched coordinate is stepped by.
// It gives the bits that a team of BatchMembers gives.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <type_traits>
#include <utility>

#include "hogwild/core/types.hpp"
#include "hogwild/data/row.hpp"
#include "hogwild/update/step.hpp"
#include "learn/coordinates.hpp"
#include "learn/gradient_sums.hpp"
#include "learn/kernel.hpp"
#include "learn/lanes.hpp"
#include "learn/loss_sum.hpp"
#include "learn/own_bias.hpp"
#include "learn/prefetch.hpp"
#include "objective/switched_loss.hpp"

namespace hogwild {

/// Measured on 300,000 click rows in memory, adagrad, batches of 64, million non-zeros a second on
/// one thread and on two: 63 and 73 with sums in an array over all coordinates, 143 and 230 so.
template <class View, class Rule>
class BatchKernel {
 public:
  /// shared: the view that the bias is stepped in. penalty: of the weights, which may be none.
  BatchKernel(const View& view, const View& shared, BiasAt bias, const Rule& rule,
              const SwitchedLoss& loss, const PenaltyAt<Rule>& penalty, const Prefetch& prefetch,
              GradientSums& sums)
      : view_(view),
        shared_(shared),
        bias_(bias),
        rule_(rule),
        loss_(loss),
        penalty_(penalty),
        prefetch_(prefetch),
        sums_(sums) {}

  /// The sum over the batches of the mean curvature of their rows.
  double curvature() const noexcept { return curvature_; }

  /// Learns the batch of rows `begin` to below `end` of a block. Rows of weight 0 count as rows,
  /// and touch nothing.
  LossSum learn(std::span<const SparseRow> rows, std::size_t begin, std::size_t end, Pace pace) {
    std::size_t nonzeros = 0;
    for (std::size_t i = begin; i < end; ++i) nonzeros += rows[i].nonzeros();
    sums_.reserve(std::min<std::size_t>(nonzeros, bias_.coordinate));
    LossSum sum;
    double bias_gradient = 0, curvature = 0;
    bool learnt = false;
    for (std::size_t i = begin; i < end; ++i) {
      prefetch_(view_, rows, i);
      if (rows[i].weight == 0) continue;
      learnt = true;
      bias_gradient += rows[i].values.empty() ? take_row<true>(rows[i], pace, sum, curvature)
                                              : take_row<false>(rows[i], pace, sum, curvature);
    }
    const auto n = static_cast<double>(end - begin);
    if (bias_.present && learnt) {
      const auto gradient = static_cast<float>(bias_gradient / n);
      const auto step = step_at(NoPenalty(), pace);
      shared_.update(bias_.coordinate,
                     [&](auto state) { return rule_.step(state, gradient, step); });
    }
    step_weights(n, pace);
    sums_.end();
    curvature_ += curvature / n;
    return sum;
  }

 private:
  template <class Net>
  static Step<Net> step_at(const Net& penalty, const Pace& pace) noexcept {
    return {pace.rate, pace.share, penalty, pace.time};
  }

  // Adds the row's gradients to the sums; returns the bias's.
  template <bool kOnes>
  HOGWILD_ALL_INLINED double take_row(const SparseRow& the_row, const Pace& the_pace, LossSum& sum,
                                      double& curvature) {
    const SparseRow row = the_row;
    const Pace pace = the_pace;
    double margin = dot<kOnes, double>(row, [&](Index j) {
      return weight_at(view_, rule_, j, step_at(penalty_.of_share(j, 1), pace));
    });
    if (bias_.present) {
      margin += static_cast<double>(
          weight_at(shared_, rule_, bias_.coordinate, step_at(NoPenalty(), pace)));
    }
    double slope = 0;
    const auto weight = static_cast<double>(row.weight);
    sum.loss += weight * loss_.take(std::span<const double>(&margin, 1),
                                    static_cast<double>(row.label), std::span(&slope, 1));
    sum.weight += weight;
    slope *= weight;
    curvature +=
        weight * static_cast<double>(loss_.curvature(static_cast<float>(margin), row.label));
    const auto gradient = [&](std::size_t k) {
      return kOnes ? slope : slope * static_cast<double>(row.values[k]);
    };
    std::size_t k = 0;
    for (; k < row.nonzeros() && row.indices[k] < GradientSums::kOwn; ++k) {
      sums_.add_to_own(row.indices[k], gradient(k));
    }
    for (; k < row.nonzeros(); ++k) sums_.add(row.indices[k], gradient(k));
    return slope;
  }

  void step_weights(double rows, const Pace& pace) {
    if constexpr (StepsAbreast<View, Rule, NoPenalty>) {
      if (!penalty_.penalty.active()) return step_abreast<false>(rows, pace);
    }
    if constexpr (StepsAbreast<View, Rule, Penalty>) {
      step_abreast<true>(rows, pace);
    } else {
      step_each(rows, pace);
    }
  }

  template <bool kPenalty>
  HOGWILD_ALL_INLINED void step_abreast(double rows, Pace pace) {
    const auto number = [this](std::size_t k) { return sums_[k].coordinate; };
    const auto step_four = [&]<std::size_t kCount>(std::size_t k, CellsOf<Rule, kCount> cells) {
      std::array<float, 4> gradients{}, l1{}, l2{};
      for (std::size_t i = 0; i < kCount; ++i) {
        const GradientSums::Sum sum = sums_.take(k + i);
        gradients[i] = static_cast<float>(sum.gradient / rows);
        if constexpr (kPenalty) {
          const Penalty its =
              penalty_.of_share(sum.coordinate, static_cast<float>(sum.rows / rows));
          l1[i] = its.l1;
          l2[i] = its.l2;
        }
      }
      constexpr auto kFour = Count<4>();
      const auto penalty = [&] {
        if constexpr (kPenalty) {
          return PenaltyLanes{Lanes::of(l1.data(), kFour), Lanes::of(l2.data(), kFour)};
        } else {
          return NoPenalty();
        }
      }();
      StatesAbreast<Rule> states(cells);
      states.step(rule_, Lanes::of(gradients.data(), kFour), step_at(penalty, pace));
      states.store(cells);
    };
    for_each_four(view_, sums_.size(), number, step_four);
  }

  HOGWILD_ALL_INLINED void step_each(double rows, Pace pace) {
    for (std::size_t k = 0; k < sums_.size(); ++k) {
      const GradientSums::Sum sum = sums_.take(k);
      const auto gradient = static_cast<float>(sum.gradient / rows);
      const auto share = static_cast<float>(sum.rows / rows);
      const auto step = step_at(penalty_.of_share(sum.coordinate, share), pace);
      view_.update(sum.coordinate, [&](auto state) { return rule_.step(state, gradient, step); });
    }
  }

  View view_;
  View shared_;
  BiasAt bias_;
  Rule rule_;
  const SwitchedLoss& loss_;
  PenaltyAt<Rule> penalty_;
  Prefetch prefetch_;
  GradientSums& sums_;
  double curvature_ = 0;
};

/// One step on each batch in turn, of `batch` rows or what is left of them. shared and part: as for
/// learn_rows(), but the bias is stepped in the shared cells.
template <class View, class Part, class Rule>
LossSum learn_batches_of_rows(const View& shared, Part* part, std::span<const SparseRow> rows,
                              std::size_t batch, BiasAt bias, const Rule& rule,
                              const SwitchedLoss& loss, const PenaltyAt<Rule>& penalty, Pace pace,
                              const Prefetch& prefetch, GradientSums& sums) {
  BatchKernel kernel(part != nullptr ? part->view() : shared, shared, bias, rule, loss, penalty,
                     prefetch, sums);
  LossSum total;
  for (std::size_t begin = 0; begin < rows.size(); begin += batch, ++pace.time) {
    const std::size_t end = std::min(begin + batch, rows.size());
    for (std::size_t i = begin; i < end; ++i) {
      merge_if_due(shared, part, rule, pace.rate, kernel.curvature());
    }
    total += kernel.learn(rows, begin, end, pace);
  }
  if (part != nullptr) part->note(pace.rate, kernel.curvature());
  return total;
}

}  // namespace hogwild
