// The bias, of which each worker has a copy.
#pragma once

#include <cstddef>

#include "hogwild/core/types.hpp"
#include "hogwild/update/step.hpp"

namespace hogwild {

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

}  // namespace hogwild
