// KernelDescent implements the Descent interface with the kernel, for one rule and each placement
// of its state. Only the files that CMake makes in kernels/, one per rule, include this header.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "learn/batch.hpp"
#include "learn/batch_kernel.hpp"
#include "learn/class_kernel.hpp"
#include "learn/descent.hpp"
#include "learn/kernel.hpp"
#include "learn/view_trial.hpp"
#include "learn/worker_views.hpp"
#include "objective/switched_loss.hpp"
#include "parallel/cores.hpp"
#include "parallel/placement.hpp"
#include "update/adaptors.hpp"
#include "update/tabled.hpp"

namespace hogwild {

template <class Rule, class Placement>
class KernelDescent final : public LocalDescent {
 public:
  KernelDescent(const Rule& rule, DescentPlan plan)
      : rule_(rule),
        loss_(plan.loss),
        plan_(std::move(plan)),
        at_{plan_.features, plan_.outputs},
        by_members_(together() || plan_.noise > 0 || plan_.batch_norm ||
                    (plan_.batch > 1 && (plan_.outputs > 1 || has_memory<Rule>))),
        placement_(array_plan()),
        // Weights that other workers also step may be in the caches of other cores.
        prefetch_{plan_.workers > 1 || likely() * sizeof(typename Placement::State) > kInCache,
                  plan_.hot_come_first || plan_.hot.hot == plan_.features ? plan_.hot.hot : 0},
        each_row_(together() && plan_.batch == 1 && plan_.partners == nullptr),
        batch_(each_row_ ? plan_.group : plan_.batch) {
    if constexpr (kHasViews) {
      if (placement_.own() > 0) views_ = std::make_unique<OwnViews>(placement_, plan_);
    }
    if (!by_members_) {
      sums_.resize(static_cast<std::size_t>(plan_.workers));
      for (int worker = 0; worker < plan_.workers && plan_.outputs > 1; ++worker) {
        class_scratch_.push_back(std::make_unique<ClassScratch<Rule>>(plan_.outputs));
      }
      return;
    }
    const bool norm = plan_.batch_norm;
    if (together()) {
      scratch_.push_back(std::make_unique<BatchScratch<Rule>>(batch_, at_, norm, plan_.owners));
      return;
    }
    for (int worker = 0; worker < plan_.workers; ++worker) {
      const std::vector<Index> all{0, plan_.features};
      scratch_.push_back(std::make_unique<BatchScratch<Rule>>(batch_, at_, norm, all));
    }
  }

  LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) override {
    if (by_members_) return learn_batches(static_cast<std::size_t>(worker), rows, pace);
    if (locked()) return learn_in_turn(std::max(worker, 0), rows, pace);
    if constexpr (kHasViews) {
      if (views_ && plan_.views == Views::tried) return learn_either_way(worker, rows, pace);
      if (views_ && worker != kNoWorker) {
        auto& part = views_->all.part(worker);
        part.take(bias_at());
        return learn_each(worker, &part, rows, pace);
      }
    }
    return learn_each(std::max(worker, 0), nullptr, rows, pace);
  }

  void settle(int worker) override {
    if constexpr (kHasViews) {
      if (views_) views_->all.part(worker).settle(rule_, bias_at());
    }
    if (plan_.partners != nullptr) accompany(static_cast<std::size_t>(worker));
  }

  float margin(const SparseRow& row, Pace now) const override {
    const auto weight_of = [&](Index j) { return weight(j, now); };
    const float sum = row.values.empty() ? dot<true>(row, weight_of) : dot<false>(row, weight_of);
    return sum + weight(at_.bias(), now);
  }

  float weight(Index coordinate, Pace now) const override {
    const bool is_bias = coordinate >= at_.bias();
    const float kept = raw_weight(coordinate, now);
    if (!plan_.batch_norm) return kept;
    const auto [scale, shift] = folded_norm(now);
    return is_bias ? shift : kept * scale;
  }

  void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const override {
    const float scale = plan_.batch_norm ? folded_norm(now).scale : 1;
    std::array<float, 1024> weights;
    placement_.for_each_range_in_use([&](std::size_t begin, std::size_t in_use) {
      const std::size_t last = std::min<std::size_t>({in_use, end, at_.bias()});
      for (std::size_t first = begin; first < last; first += weights.size()) {
        const auto some = std::span(weights).first(std::min(weights.size(), last - first));
        for (std::size_t k = 0; k < some.size(); ++k) {
          some[k] = scale * raw_weight(static_cast<Index>(first + k), now);
        }
        visit(static_cast<Index>(first), some);
      }
    });
  }

  ViewReport views() const override {
    ViewReport report;
    if constexpr (kHasViews) {
      report.own = static_cast<Index>(placement_.own());
      report.reason = placement_.refusal();
      if (views_) report.share_of_rows = views_->trial.share_of_rows();
    }
    return report;
  }

  void start(Index coordinate, float weight) override {
    typename Rule::State state{};
    if (float* const at = weight_in(state)) {
      *at = weight;
      placement_.start(coordinate, state);
    }
  }

  void start_squares(Index coordinate, float squares) override {
    typename Rule::State state = placement_.state(coordinate);
    if constexpr (requires { state.squares; }) {
      state.squares = squares;
      placement_.start(coordinate, state);
    }
  }

  // Contains batch norm's moments, the number of coordinates, the size of a state, and each state
  // that is not zero.
  std::string state() const override {
    std::string bytes;
    const auto put = [&](const auto& value) {
      bytes.append(reinterpret_cast<const char*>(&value), sizeof value);
    };
    put(norm_.load());
    put(std::uint64_t{placement_.size()});
    put(std::uint64_t{sizeof(typename Placement::State)});
    const typename Placement::State zero{};
    placement_.each_value(
        [&](std::uint32_t array, std::size_t j, const typename Placement::State& value) {
          if (std::memcmp(&value, &zero, sizeof value) == 0) return;
          put(array);
          put(std::uint64_t{j});
          put(value);
        });
    return bytes;
  }

  bool restore(std::string_view bytes) override {
    const auto take = [&](auto& value) {
      if (bytes.size() < sizeof value) return false;
      std::memcpy(&value, bytes.data(), sizeof value);
      bytes.remove_prefix(sizeof value);
      return true;
    };
    RunningMoments moments;
    std::uint64_t size = 0, state_size = 0;
    typename Placement::State value;
    if (!take(moments) || !take(size) || !take(state_size)) return false;
    if (size != placement_.size() || state_size != sizeof value) return false;
    norm_.store(moments);
    while (!bytes.empty()) {
      std::uint32_t array = 0;
      std::uint64_t j = 0;
      if (!take(array) || !take(j) || !take(value) || j >= size) return false;
      if (!placement_.set_value(array, j, value)) return false;
    }
    return true;
  }

  void move(Index coordinate, float by) override {
    placement_.view(0).update(coordinate, [by](typename Rule::State state) {
      if (float* const at = weight_in(state)) *at += by;
      return state;
    });
  }

  void copy_state(Index coordinate, std::span<std::byte> bytes) const override {
    const typename Rule::State state = placement_.state(coordinate);
    std::memcpy(bytes.data(), &state, sizeof state);
  }

  void set_state(Index coordinate, std::span<const std::byte> bytes) override {
    typename Rule::State state;
    std::memcpy(&state, bytes.data(), sizeof state);
    placement_.view(0).update(coordinate, [&](const typename Rule::State&) { return state; });
  }

 private:
  static constexpr std::size_t kInCache = std::size_t{256} << 10;  // bytes; no prefetch up to this

  // Without a batch, batch norm maps a margin m to scale * m + shift.
  struct FoldedNorm {
    float scale = 1;
    float shift = 0;
  };

  static constexpr bool kHasViews = may_part<Rule> && Placement::kHasViews;

  struct OwnViews {
    OwnViews(Placement& placement, const DescentPlan& plan)
        : all(placement, plan.hot, std::size_t{plan.features} * plan.outputs, plan.workers,
              {cores(), plan.line_transfer}, plan.others),
          trial(plan.workers) {}
    WorkerViews<Placement> all;
    ViewTrial trial;
  };
  using View = typename Placement::View;
  using Part = typename decltype([] {
    if constexpr (kHasViews) return std::type_identity<typename WorkerViews<Placement>::Part>();
    if constexpr (!kHasViews) return std::type_identity<NoPart<View, typename Rule::State>>();
  }())::type;

  ArrayPlan array_plan() const {
    const bool others = plan_.workers > 1 || plan_.cells != nullptr;
    // Under one lock, steps never overlap: own cells would gain nothing.
    const bool views =
        kHasViews && plan_.views != Views::none && !by_members_ && !locked() && others;
    return {.coordinates = at_.size(plan_.batch_norm),
            .likely = likely(),
            .steps = plan_.nonzeros,
            .where = plan_.cells.get(),
            .own = views ? plan_.hot.hot : 0,
            .workers = plan_.workers,
            .racy = plan_.landing != Landing::atomic};
  }

  // The address of the weight in a state; null if the weight is computed from other members (ftrl).
  static float* weight_in(typename Rule::State& state) {
    if constexpr (requires { state.weight; }) return &state.weight;
    if constexpr (requires { state.now.weight; }) return &state.now.weight;
    return nullptr;
  }

  // The number of coordinates, from the first on, that get most steps.
  std::size_t likely() const noexcept {
    const std::size_t all = at_.size(plan_.batch_norm);
    if (plan_.likely_features == 0) return all;
    return std::min(all, std::size_t{plan_.likely_features} * plan_.outputs);
  }

  bool together() const noexcept { return plan_.teamwork == Teamwork::together; }
  bool locked() const noexcept { return plan_.landing == Landing::locked; }

  // Held while one row or one batch is learnt, if that is what the plan asks for.
  std::unique_lock<std::mutex> turn() {
    return locked() ? std::unique_lock(mutex_) : std::unique_lock<std::mutex>();
  }

  LossSum learn_in_turn(int worker, std::span<const SparseRow> rows, Pace pace) {
    LossSum total;
    for (; !rows.empty(); ++pace.time) {
      const auto of_step = rows.first(std::min(batch_, rows.size()));
      rows = rows.subspan(of_step.size());
      const auto held = turn();
      total += learn_each(worker, nullptr, of_step, pace);
    }
    return total;
  }

  // Learns in the worker's own cells or in the shared cells, as ViewTrial chooses, and times it.
  LossSum learn_either_way(int worker, std::span<const SparseRow> rows, Pace pace) {
    using Clock = std::chrono::steady_clock;
    const ViewTrial::Turn turn = views_->trial.next(rows.size());
    const auto begin = Clock::now();
    auto& part = views_->all.part(worker);
    LossSum sum;
    if (turn.own) {
      part.take(bias_at());
      sum = learn_each(worker, &part, rows, pace);
    } else {
      part.settle(rule_, bias_at());
      sum = learn_each(worker, nullptr, rows, pace);
    }
    const double seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    if (seconds > 0) views_->trial.note(turn, static_cast<double>(rows.size()) / seconds);
    return sum;
  }

  // part: the worker's own cells; null: it steps the shared ones.
  LossSum learn_each(int worker, Part* part, std::span<const SparseRow> rows, Pace pace) {
    const auto shared = placement_.view(worker);
    const auto in_steps_of_rows = [&](const auto& penalty_at) {
      if (plan_.outputs > 1) {
        return learn_rows_of_classes(shared, part, rows, at_, plan_.bias, rule_, loss_, penalty_at,
                                     pace, prefetch_,
                                     *class_scratch_[static_cast<std::size_t>(worker)]);
      }
      return learn_rows(shared, part, rows, bias_at(), rule_, loss_, penalty_at, pace, prefetch_);
    };
    const PenaltyAt<Rule> penalty{plan_.penalty, plan_.penalty_scale.get()};
    if constexpr (!has_memory<Rule>) {
      if (batch_ > 1) {
        return learn_batches_of_rows(shared, part, rows, batch_, {at_.bias(), plan_.bias}, rule_,
                                     loss_, penalty, pace, prefetch_,
                                     sums_[static_cast<std::size_t>(worker)]);
      }
    }
    return plan_.penalty.active() ? in_steps_of_rows(penalty) : in_steps_of_rows(NoPenaltyAt{});
  }

  // The bias of which workers have copies: one that is stepped for each row.
  BiasAt bias_at() const noexcept {
    return {at_.bias(), plan_.bias && plan_.outputs == 1 && batch_ == 1};
  }

  LossSum learn_batches(std::size_t worker, std::span<const SparseRow> rows, Pace pace) {
    const auto rules = batch_rules();
    BatchScratch<Rule>& scratch = *scratch_[together() ? 0 : worker];
    LossSum total;
    while (!rows.empty()) {
      const auto batch = rows.first(std::min(batch_, rows.size()));
      rows = rows.subspan(batch.size());
      const auto held = turn();
      const LossSum sum = BatchMember(placement_.view(static_cast<int>(worker)), scratch, rules,
                                      together() ? worker : 0, batch, pace)
                              .learn();
      pace.time += each_row_ ? batch.size() : 1;
      total += sum;
    }
    if (worker == 0) last_pace_ = pace;
    return total;
  }

  BatchRules<Rule, SwitchedLoss> batch_rules() {
    return {rule_,         loss_,
            at_,           plan_.bias && !plan_.batch_norm,
            each_row_,     plan_.batch_norm ? &norm_ : nullptr,
            plan_.penalty, plan_.penalty_scale.get(),
            batch_,        {plan_.noise, plan_.seed},
            plan_.partners};
  }

  // Learns batches that have rows of partners only, until no partner has rows left.
  void accompany(std::size_t worker) {
    const auto rules = batch_rules();
    BatchScratch<Rule>& scratch = *scratch_[0];
    const Pace pace = worker == 0 ? last_pace_ : Pace{};  // only member 0's pace is used
    do {
      BatchMember(placement_.view(static_cast<int>(worker)), scratch, rules, worker, {}, pace)
          .learn(true);
    } while (!scratch.shared.all_at_end);
  }

  float raw_weight(Index coordinate, Pace now) const {
    const Penalty penalty = coordinate < at_.bias() ? plan_.penalty : Penalty{};
    return outcome_of(rule_, placement_.state(coordinate),
                      Step<Penalty>{now.rate, now.share, penalty, now.time});
  }

  FoldedNorm folded_norm(Pace now) const {
    const RunningMoments running = norm_.load();
    if (running.batches == 0) return {};
    const Moments<float> moments{running.mean, running.variance};
    const float scale = (1 + raw_weight(at_.gamma(), now)) * moments.scale();
    return {scale, raw_weight(at_.beta(), now) - scale * moments.mean};
  }

  Rule rule_;
  SwitchedLoss loss_;
  DescentPlan plan_;
  Coordinates at_;
  bool by_members_;  // whether batches are learnt by BatchMembers
  Placement placement_;
  std::mutex mutex_;  // see turn()
  Prefetch prefetch_;
  bool each_row_;
  std::size_t batch_;  // most rows whose margins are computed together
  std::vector<std::unique_ptr<BatchScratch<Rule>>> scratch_;  // [workers], or one for the team
  std::vector<std::unique_ptr<ClassScratch<Rule>>> class_scratch_;  // [workers]
  std::vector<GradientSums> sums_;                                  // [workers]
  Cell<RunningMoments> norm_ = {};
  Pace last_pace_;                   // of batches, by worker 0 alone
  std::unique_ptr<OwnViews> views_;  // null: all steps are on the shared cells
};

/// Rules of which a coordinate's rate is a function of its state.
template <class Rule>
concept HasOwnRate = requires(const Rule rule, typename Rule::State state) {
  { rule.rate(state, Step<Penalty>{}) } -> std::same_as<float>;
};

template <class Rule>
std::unique_ptr<LocalDescent> make_placed(const Rule& rule, DescentPlan plan) {
  using State = typename Rule::State;
  const auto made = [&]<class Placement>(std::type_identity<Placement>) {
    return std::unique_ptr<LocalDescent>(
        std::make_unique<KernelDescent<Rule, Placement>>(rule, std::move(plan)));
  };
  if constexpr (is_indivisible<Rule>) {
    if (plan.alone) return made(std::type_identity<SharedState<State, RacyLanding>>{});
    return made(std::type_identity<SharedState<State, GuardedLanding>>{});
  } else {
    if constexpr (is_adapted<Rule>) {
      return made(std::type_identity<SharedState<State, ChosenLanding>>{});
    } else {
      if constexpr (can_be_per_thread<Rule>) {
        if (plan.state == StatePlacement::per_thread) {
          return made(std::type_identity<PerThreadState<State, ChosenLanding>>{});
        }
      }
      if (plan.landing == Landing::atomic) {
        return made(std::type_identity<SharedState<State, AtomicLanding>>{});
      }
      return made(std::type_identity<SharedState<State, RacyLanding>>{});
    }
  }
}

template <class Rule>
std::unique_ptr<LocalDescent> make_descent_by(const Rule& asked, DescentPlan plan) {
  auto rule = tabled(asked);
  if (plan.average) return make_placed(Averaged<decltype(rule)>{rule}, std::move(plan));
  if constexpr (HasOwnRate<Rule>) {
    if (plan.catch_up) return make_placed(CaughtUp<Rule>{rule}, std::move(plan));
  }
  return make_placed(rule, std::move(plan));
}

}  // namespace hogwild
