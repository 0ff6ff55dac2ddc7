// The kernel behind the virtual face, for one rule and every placement of its state. Included only
// by the files under kernels/, one a rule.
#pragma once

#include <memory>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "learn/descent.hpp"
#include "learn/kernel.hpp"
#include "parallel/placement.hpp"

namespace hogwild {

/// The loss chosen for the run, behind a switch at each row: 4 losses times 12 loops would be 48
/// copies of the kernel, and the switch always goes the same way.
class SwitchedLoss {
 public:
  explicit SwitchedLoss(const AnyLoss& loss) : loss_(loss) {}
  float value(float margin, float label) const noexcept {
    return std::visit([&](const auto& loss) { return loss.value(margin, label); }, loss_);
  }
  float slope(float margin, float label) const noexcept {
    return std::visit([&](const auto& loss) { return loss.slope(margin, label); }, loss_);
  }

 private:
  AnyLoss loss_;
};

template <class Rule, class Placement>
class KernelDescent final : public Descent {
 public:
  KernelDescent(const Rule& rule, DescentPlan plan)
      : rule_(rule),
        loss_(plan.loss),
        bias_{plan.features, plan.bias},
        penalty_(plan.penalty),
        penalty_scale_(std::move(plan.penalty_scale)),
        placement_(std::size_t{plan.features} + 1, plan.workers),
        prefetch_(placement_.size() * sizeof(typename Placement::State) > kInCache) {}

  LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) override {
    const auto run = [&](const auto& penalty_at) {
      return learn_rows(placement_.view(worker), rows, bias_, rule_, loss_, penalty_at, pace,
                        prefetch_);
    };
    return penalty_.active() ? run(PenaltyAt{penalty_, penalty_scale_}) : run(NoPenaltyAt{});
  }

  float margin(const SparseRow& row) const override {
    const auto weight = [this](Index j) { return placement_.weight(j); };
    const float sum = row.values.empty() ? dot<true>(row, weight) : dot<false>(row, weight);
    return bias_.present ? sum + placement_.weight(bias_.coordinate) : sum;
  }

  float weight(Index j) const override { return placement_.weight(j); }

  void copy_weights(std::span<float> zeros) const override {
    for (Index j = 0; j < zeros.size(); ++j) {
      if (const float w = placement_.weight(j); w != 0) zeros[j] = w;
    }
  }

 private:
  static constexpr std::size_t kInCache = std::size_t{256} << 10;  // where no prefetch pays

  Rule rule_;
  SwitchedLoss loss_;
  BiasAt bias_;
  Penalty penalty_;
  std::vector<float> penalty_scale_;
  Placement placement_;
  bool prefetch_;
};

template <class Rule>
std::unique_ptr<Descent> make_descent_by(const Rule& rule, DescentPlan plan) {
  using State = typename Rule::State;
  const auto made = [&]<class Placement>(std::type_identity<Placement>) {
    return std::unique_ptr<Descent>(
        std::make_unique<KernelDescent<Rule, Placement>>(rule, std::move(plan)));
  };
  const auto landed =
      [&]<template <class, class> class Where>(std::type_identity<Where<State, RacyLanding>>) {
        switch (plan.landing) {
          case Landing::atomic:
            return made(std::type_identity<Where<State, AtomicLanding>>{});
          case Landing::locked:
            return made(std::type_identity<Locked<Where<State, RacyLanding>>>{});
          default:
            return made(std::type_identity<Where<State, RacyLanding>>{});
        }
      };
  return plan.state == StatePlacement::shared
             ? landed(std::type_identity<SharedState<State, RacyLanding>>{})
             : landed(std::type_identity<PerThreadState<State, RacyLanding>>{});
}

}  // namespace hogwild
