// A step on a batch of rows by one worker, while others learn other batches: the gradients of all
// rows are taken at the same weights, and their mean is what each touched coordinate is stepped by.
// It gives the bits that a team of BatchMembers gives.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

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

/// Two passes over a batch's rows: the first takes the slopes, the second sums the gradients, so
/// that no addition waits for a slope. Measured on 300,000 click rows in memory, adagrad, ten epochs
/// on one thread: batches of 64 take 0.39 s, single rows 0.22 s.
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
  LossSum learn(std::span<const SparseRow> block, std::size_t begin, std::size_t end, Pace pace) {
    const auto rows = block.subspan(begin, end - begin);
    const bool penalised = penalty_.penalty.active();
    std::size_t nonzeros = 0;
    for (const SparseRow& row : rows) nonzeros += row.nonzeros();
    sums_.reserve(std::min<std::size_t>(nonzeros, bias_.coordinate), penalised);
    slopes_.resize(rows.size());
    const LossSum sum = take_slopes(block, begin, pace);
    penalised ? step<true>(rows, pace) : step<false>(rows, pace);
    return sum;
  }

 private:
  template <class Net>
  static Step<Net> step_at(const Net& penalty, const Pace& pace) noexcept {
    return {pace.rate, pace.share, penalty, pace.time};
  }

  // The slopes of rows `begin` and on of a block, as many as there is room for.
  HOGWILD_ALL_INLINED LossSum take_slopes(std::span<const SparseRow> block, std::size_t begin,
                                          const Pace the_pace) {
    const View view = view_;
    const Pace pace = the_pace;
    const double bias = bias_.present
                            ? static_cast<double>(weight_at(shared_, rule_, bias_.coordinate,
                                                            step_at(NoPenalty(), pace)))
                            : 0;
    RunningLoss sum;
    for (std::size_t i = 0; i < slopes_.size(); ++i) {
      prefetch_(view, block, begin + i);
      const SparseRow row = block[begin + i];
      if (row.weight == 0) continue;
      const double margin = bias + (row.values.empty() ? margin_of<true>(view, row, pace)
                                                       : margin_of<false>(view, row, pace));
      const LossParts parts = loss_.parts(static_cast<float>(margin), row.label);
      sum.add(parts, row.weight);
      slopes_[i] = row.weight * parts.slope;
    }
    curvature_ += sum.curvature() / static_cast<double>(slopes_.size());
    return sum.sum();
  }

  template <bool kOnes>
  double margin_of(const View& view, const SparseRow& row, const Pace& pace) const {
    if constexpr (StepsAbreast<View, Rule, Penalty>) {
      return dot_abreast<kOnes, double>(view, row, rule_, step_at(NoPenalty(), pace));
    } else {
      return dot<kOnes, double>(row, [&](Index j) {
        return weight_at(view, rule_, j, step_at(penalty_.of_share(j, 1), pace));
      });
    }
  }

  // Sums the gradients of the rows and steps each coordinate that they touch by their mean.
  template <bool kPenalised>
  void step(std::span<const SparseRow> rows, const Pace& pace) {
    const auto bias_gradient = add_gradients<kPenalised>(rows);
    const double share_of_row = 1 / static_cast<double>(rows.size());
    if (bias_.present && bias_gradient) {
      const auto gradient = static_cast<float>(*bias_gradient * share_of_row);
      const auto step = step_at(NoPenalty(), pace);
      shared_.update(bias_.coordinate,
                     [&](auto state) { return rule_.step(state, gradient, step); });
    }
    step_weights<kPenalised>(sums_.own(), share_of_row, pace);
    step_weights<kPenalised>(sums_.hashed(), share_of_row, pace);
  }

  // Returns the bias's gradient, if any row has a weight.
  template <bool kCounts>
  HOGWILD_ALL_INLINED std::optional<double> add_gradients(std::span<const SparseRow> rows) {
    std::optional<double> bias;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      const SparseRow row = rows[i];
      if (row.weight == 0) continue;
      const auto slope = static_cast<double>(slopes_[i]);
      bias = bias.value_or(0) + slope;
      if (row.values.empty()) {
        sums_.template add_row<kCounts>(row.indices, [=](std::size_t) { return slope; });
      } else {
        sums_.template add_row<kCounts>(
            row.indices, [=](std::size_t k) { return slope * static_cast<double>(row.values[k]); });
      }
    }
    return bias;
  }

  template <bool kPenalised, class Part>
  HOGWILD_ALL_INLINED void step_weights(Part sums, const double share_of_row, const Pace pace) {
    const auto number = [&](std::size_t k) { return sums.coordinate(k); };
    using Net = std::conditional_t<kPenalised, Penalty, NoPenalty>;
    if constexpr (StepsAbreast<View, Rule, Net>) {
      for_each_four(view_, sums.size(), number,
                    [&]<std::size_t kCount>(std::size_t k, CellsOf<Rule, kCount> cells) {
                      Lanes::Floats gradients{}, l1{}, l2{};
                      for (std::size_t i = 0; i < kCount; ++i) {
                        const auto [gradient, rows] = sums.template take<kPenalised>(k + i);
                        gradients[i] = static_cast<float>(gradient * share_of_row);
                        if constexpr (kPenalised) {
                          const Penalty its =
                              penalty_of(sums.coordinate(k + i), rows, share_of_row);
                          l1[i] = its.l1;
                          l2[i] = its.l2;
                        }
                      }
                      StatesAbreast<Rule> states(cells);
                      if constexpr (kPenalised) {
                        const PenaltyLanes penalty{Lanes(l1), Lanes(l2)};
                        states.step(rule_, Lanes(gradients), step_at(penalty, pace));
                      } else {
                        states.step(rule_, Lanes(gradients), step_at(NoPenalty(), pace));
                      }
                      states.store(cells);
                    });
    } else {
      for (std::size_t k = 0; k < sums.size(); ++k) {
        const Index j = sums.coordinate(k);
        const auto [sum, rows] = sums.template take<kPenalised>(k);
        const auto gradient = static_cast<float>(sum * share_of_row);
        const auto step = step_at(kPenalised ? penalty_of(j, rows, share_of_row) : Penalty{}, pace);
        view_.update(j, [&](auto state) { return rule_.step(state, gradient, step); });
      }
    }
    sums.end();
  }

  Penalty penalty_of(Index coordinate, std::uint32_t rows, double share_of_row) const noexcept {
    return penalty_.of_share(coordinate, static_cast<float>(rows * share_of_row));
  }

  View view_;
  View shared_;
  BiasAt bias_;
  Rule rule_;
  const SwitchedLoss& loss_;
  PenaltyAt<Rule> penalty_;
  Prefetch prefetch_;
  GradientSums& sums_;
  std::vector<float> slopes_;  // [rows of the batch]
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
