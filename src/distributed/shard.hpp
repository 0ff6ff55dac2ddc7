// A range of the parameters, served to all ranks by one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "distributed/world.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/data/dataset.hpp"
#include "hogwild/update/step.hpp"
#include "learn/kernel.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {

/// Which server has which coordinates: server s those from begins[s] to below begins[s + 1].
struct Partition {
  std::vector<int> ranks;     ///< [servers] that serve
  std::vector<Index> begins;  ///< [servers + 1], ascending from 0

  std::size_t servers() const noexcept { return ranks.size(); }
  std::size_t server_of(Index coordinate) const noexcept {
    const auto next = std::upper_bound(begins.begin() + 1, begins.end() - 1, coordinate);
    return static_cast<std::size_t>(next - begins.begin()) - 1;
  }
};

/// Ranges of about as many non-zeros each in the rows of all ranks, the features of `data` in one
/// space, and the bias at the end. The last `servers` ranks serve; 0: all do. To be called by all
/// ranks.
Partition partition_by_use(World& world, const Dataset& data, int servers);

/// A coordinate of which a worker has used the state, and what it has come to there.
template <class Rule>
struct Push {
  Index coordinate = 0;
  float gradient = 0;                         ///< the sum of those since the push before
  [[no_unique_address]] SeenBy<Rule> seen{};  ///< when the weight was read
};

/// The penalty that a row's step owes at a coordinate. That of biases, which come last, is scaled
/// to nothing.
template <class Rule>
struct PenaltyOf {
  PenaltyAt<Rule> penalty_at{};
  Index outputs = 1;

  Penalty operator()(Index coordinate) const noexcept {
    return penalty_at.of_share(coordinate / outputs, 1);
  }
};

/// The states of a range of coordinates, and the rule by which pushed gradients step them.
/// Thread safety: one thread at a time.
template <class Rule>
class Shard {
 public:
  using State = typename Rule::State;

  /// Coordinates from begin to below end, all at zero. The scale of the penalty outlives the shard.
  /// Throws std::bad_alloc.
  Shard(const Rule& rule, const PenaltyOf<Rule>& penalty_of, Index begin, Index end)
      : rule_(rule), penalty_of_(penalty_of), begin_(begin), states_(std::size_t{end} - begin) {}

  bool holds(Index coordinate) const noexcept {
    return coordinate >= begin_ && coordinate - begin_ < states_.size();
  }

  State& state(Index coordinate) noexcept { return states_[coordinate - begin_]; }

  void step(const Push<Rule>& push, const Pace& pace) noexcept {
    State& at = state(push.coordinate);
    const Penalty penalty = penalty_of_(push.coordinate);
    at = stepped(rule_, at, push.gradient, push.seen,
                 Step<Penalty>{pace.rate, pace.share, penalty, pace.time});
  }

  /// f(coordinate, weight as a model keeps it) for each that is not zero.
  template <class Function>
  void for_each_weight(const Pace& now, const Function& f) const {
    for (std::size_t i = 0; i < states_.size(); ++i) {
      const float weight =
          outcome_of(rule_, states_[i], Step<NoPenalty>{now.rate, now.share, {}, now.time});
      if (weight != 0) f(begin_ + static_cast<Index>(i), weight);
    }
  }

 private:
  Rule rule_;
  PenaltyOf<Rule> penalty_of_;
  Index begin_;
  ZeroedArray<State> states_;
};

}  // namespace hogwild
