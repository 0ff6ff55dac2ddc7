// The parameters of some features, which a device has alone.
#pragma once

#include <span>
#include <vector>

#include "distributed/touched.hpp"
#include "hogwild/data/row.hpp"
#include "learn/descent.hpp"
#include "learn/kernel.hpp"
#include "parallel/guarded_cell.hpp"
#include "parallel/placement.hpp"

namespace hogwild {

/// What a device does with its features in a step. Thread safety: margins() and step() by one
/// thread at a time; weight() by any at any time.
class FeatureShard {
 public:
  virtual ~FeatureShard() = default;

  /// w.x over the features of this shard, [rows x outputs].
  virtual std::vector<double> margins(std::span<const SparseRow> rows, const Pace& pace) = 0;

  /// One step by the mean of the rows' gradients, slopes being those of the loss by the margins,
  /// [rows x outputs].
  virtual void step(std::span<const SparseRow> rows, std::span<const double> slopes,
                    const Pace& pace) = 0;

  /// Of a coordinate, as a model keeps it. REQUIRES: it is of this shard.
  virtual float weight(Index coordinate, const Pace& now) const = 0;

  virtual void start(Index coordinate, float weight) = 0;
};

template <class Rule>
class FeatureShardOf final : public FeatureShard {
  using State = typename Rule::State;
  using Landing = std::conditional_t<is_indivisible<Rule>, GuardedLanding, RacyLanding>;

 public:
  /// Features from begin to below end; `features` itself is the bias. Throws std::bad_alloc.
  FeatureShardOf(const Rule& rule, const DescentPlan& plan, Index begin, Index end)
      : rule_(rule),
        plan_(plan),
        at_{plan.features, plan.outputs},
        begin_(begin),
        end_(end),
        states_((std::size_t{end} - begin) * at_.outputs),
        sums_(states_.size()),
        rows_(std::size_t{end} - begin),
        touched_(rows_.size()) {}

  std::vector<double> margins(std::span<const SparseRow> rows, const Pace& pace) override {
    std::vector<double> margins;
    for (const SparseRow& row : rows) {
      const SparseRow own = part_of(row);
      for (Index output = 0; output < at_.outputs; ++output) {
        const auto weight_of = [&](Index j) {
          return lookahead_of(rule_, states_[local(j, output)].load(), step_at(j, pace, 1));
        };
        margins.push_back(own.values.empty() ? dot<true, double>(own, weight_of)
                                             : dot<false, double>(own, weight_of));
      }
    }
    return margins;
  }

  void step(std::span<const SparseRow> rows, std::span<const double> slopes,
            const Pace& pace) override {
    touched_.clear();
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].weight == 0) continue;
      const SparseRow own = part_of(rows[i]);
      for (std::size_t k = 0; k < own.nonzeros(); ++k) {
        const Index feature = own.indices[k];
        touched_.add(feature - begin_);
        ++rows_[feature - begin_];
        for (Index output = 0; output < at_.outputs; ++output) {
          sums_[local(feature, output)] +=
              slopes[i * at_.outputs + output] * static_cast<double>(own.value(k));
        }
      }
    }
    const double share_of_row = 1 / static_cast<double>(rows.size());
    for (const Index own : touched_.list()) {
      const auto share = static_cast<float>(std::exchange(rows_[own], 0) * share_of_row);
      const auto step = step_at(begin_ + own, pace, share);
      for (Index output = 0; output < at_.outputs; ++output) {
        const std::size_t at = local(begin_ + own, output);
        const auto gradient = static_cast<float>(std::exchange(sums_[at], 0.0) * share_of_row);
        Landing::land(states_[at],
                      [&](const State& state) { return rule_.step(state, gradient, step); });
      }
    }
  }

  float weight(Index coordinate, const Pace& now) const override {
    const Penalty penalty = coordinate < at_.bias() ? plan_.penalty : Penalty{};
    return outcome_of(rule_, states_[coordinate - at_.weight(begin_)].load(),
                      Step<Penalty>{now.rate, now.share, penalty, now.time});
  }

  void start(Index coordinate, float weight) override {
    if constexpr (requires(State state) { state.weight; }) {
      State state{};
      state.weight = weight;
      states_[coordinate - at_.weight(begin_)].store(state);
    }
  }

 private:
  Step<Penalty> step_at(Index feature, const Pace& pace, float share_of_rows) const {
    const PenaltyAt<Rule> penalty_at{plan_.penalty, plan_.penalty_scale.get()};
    const bool is_bias = feature == at_.features;
    return {pace.rate, pace.share,
            is_bias ? Penalty{} : penalty_at.of_share(feature, share_of_rows), pace.time};
  }

  // Where a coordinate is among those of this shard.
  std::size_t local(Index feature, Index output) const noexcept {
    return std::size_t{feature - begin_} * at_.outputs + output;
  }

  SparseRow part_of(const SparseRow& row) const {
    const auto position = [&](Index feature) {
      return static_cast<std::size_t>(std::ranges::lower_bound(row.indices, feature) -
                                      row.indices.begin());
    };
    const std::size_t first = position(begin_), count = position(end_) - first;
    return {row.indices.subspan(first, count),
            row.values.empty() ? row.values : row.values.subspan(first, count), row.label,
            row.weight};
  }

  Rule rule_;
  DescentPlan plan_;
  Coordinates at_;
  Index begin_, end_;
  SharedParameters<State, Landing::template CellType> states_;
  ZeroedArray<double> sums_;         // of gradients, all zero between steps
  ZeroedArray<std::uint32_t> rows_;  // that touch a feature, likewise
  Touched touched_;
};

}  // namespace hogwild
