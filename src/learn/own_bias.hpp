// The bias, of which each worker has a copy.
#pragma once

#include <cstddef>
#include <utility>

#include "hogwild/core/types.hpp"
#include "hogwild/update/step.hpp"

namespace hogwild {

/// The bias's coordinate, if there is a bias.
struct BiasAt {
  Index coordinate = 0;
  bool present = false;
};

/// The bias while a block of rows is learnt: a copy of the thread's own, merged with the shared one
/// now and then, and at the end of the block. Every row steps the bias, so threads that shared it row
/// by row would pass its cache line to and fro: measured on click rows at 2 threads, x0.9 of the
/// speed. Merges that know nothing of the curvature must come every kMergeRows rows: until then the
/// threads all walk the same way, and together too far. With 300 rows sgd at rate 0.1 on 4 threads
/// ended several per cent above one thread's loss. A rule without a merge steps the shared bias.
template <class View, class Rule>
class OwnBias {
 public:
  using State = typename Rule::State;
  static constexpr std::size_t kMergeRows = 8;

  OwnBias(const View& view, BiasAt at, const Rule& rule) : view_(view), at_(at), rule_(rule) {
    take();
  }
  OwnBias(const OwnBias&) = delete;
  OwnBias& operator=(const OwnBias&) = delete;

  float weight(const Step<NoPenalty>& step) const noexcept {
    return lookahead_of(rule_, now_, step);
  }
  void step(float gradient, const Step<NoPenalty>& step) noexcept {
    if (!at_.present) return;
    if constexpr (has_merge<Rule>) {
      now_ = rule_.step(now_, gradient, step);
    } else {
      view_.update(at_.coordinate,
                   [&](State shared) { return now_ = rule_.step(shared, gradient, step); });
    }
  }

  /// Steps that many workers take on copies of their own; curvature: summed over the rows of the
  /// block so far.
  void merge(float workers, float rate, double curvature) noexcept {
    const auto of_rows = static_cast<float>(curvature - std::exchange(merged_curvature_, curvature));
    merge({.workers = workers, .rate = rate, .curvature = of_rows});
  }
  /// After few rows.
  void merge() noexcept { merge(Parting{}); }

 private:
  void merge([[maybe_unused]] const Parting& parting) noexcept {
    if (!at_.present) return;
    if constexpr (has_merge<Rule>) {
      [[maybe_unused]] const auto turn = view_.turn();
      view_.update(at_.coordinate,
                   [&](State shared) { return rule_.merge(shared, before_, now_, parting); });
    }
    take();
  }
  void take() noexcept {
    if (!at_.present) return;
    [[maybe_unused]] const auto turn = view_.turn();
    before_ = now_ = view_.state(at_.coordinate);
  }

  View view_;
  BiasAt at_;
  const Rule& rule_;
  State before_{};
  State now_{};
  double merged_curvature_ = 0;
};

}  // namespace hogwild
