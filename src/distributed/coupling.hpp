// How a replica and the centre come together at a coordinate: by merging, or by an elastic force.
//
// Both provide: Centre, the rule by which the centre takes a Push; exchange(), which is given the
// centre's state, changes the replica and returns the Push; agree(), which is given the state of a
// centre that has taken the pushes of all; start(), where a coordinate starts.
#pragma once

#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <type_traits>

#include "distributed/shard.hpp"
#include "hogwild/core/types.hpp"
#include "hogwild/update/sgd.hpp"
#include "learn/descent.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {

/// The elastic force of the paper: both sides move by the same part of their distance. Where one
/// replica alone learns a coordinate, the centre gets that part of each step and no more. A replica
/// that is the only one has no other to be drawn to, and stays where it is.
class Force {
 public:
  using Centre = Sgd;

  Force(float part, bool draws_replica) : part_(part), draws_replica_(draws_replica) {}

  Centre centre() const { return {}; }

  std::optional<Push<Centre>> exchange(LocalDescent& replica, Index coordinate,
                                       const Sgd::State& centre) {
    const float difference = part_ * (replica.weight(coordinate, {}) - centre.weight);
    if (difference == 0) return {};
    if (draws_replica_) replica.move(coordinate, -difference);
    return Push<Centre>{coordinate, -difference, {}};
  }

  void agree(LocalDescent& /*replica*/, Index /*coordinate*/, const Sgd::State& /*centre*/) {}
  void start(Index /*coordinate*/, float /*weight*/) {}

 private:
  float part_;
  bool draws_replica_;
};

/// The steps that a replica has made on a coordinate, from one state to another, as a rule by which
/// the centre takes them.
template <class Rule>
struct Merging {
  using State = typename Rule::State;

  struct Seen {
    State before{};
    State after{};
  };

  Rule rule{};

  template <class Net>
  State step(const State& centre, float /*gradient*/, const Seen& steps,
             const Step<Net>& /*step*/) const noexcept {
    return rule.merge(centre, steps.before, steps.after, Parting{});
  }
};

/// The centre has the rule's whole state. A replica sends the state of a coordinate as it was after
/// the last exchange, and as it is now; the rule's merge() brings the steps between the two into
/// the centre; and the replica goes on from there.
///
/// merge() returns the replica's state where the centre still has the state that the replica began
/// with. So the centre takes what one replica alone has learnt whole, to the last bit. Where others
/// have learnt too, the rule accounts for their steps: adagrad shortens the replica's steps as the
/// squares of the others' gradients would have, and sgd adds up the moves.
///
/// Thread safety: one thread at a time.
template <class Rule>
class Merge {
 public:
  using Centre = Merging<Rule>;
  using State = typename Rule::State;

  Merge(const Rule& rule, std::size_t coordinates) : rule_{rule}, before_(coordinates) {}

  Centre centre() const { return rule_; }

  std::optional<Push<Centre>> exchange(LocalDescent& replica, Index coordinate,
                                       const State& centre) {
    const typename Centre::Seen steps{before_[coordinate], state_of(replica, coordinate)};
    if (equal(steps.before, steps.after)) {
      agree(replica, coordinate, centre);
      return {};
    }
    before_[coordinate] = rule_.step(centre, 0, steps, Step<>{});
    set_state(replica, coordinate, steps.after, before_[coordinate]);
    return Push<Centre>{coordinate, 0, steps};
  }

  void agree(LocalDescent& replica, Index coordinate, const State& centre) {
    before_[coordinate] = centre;
    set_state(replica, coordinate, state_of(replica, coordinate), centre);
  }

  void start(Index coordinate, float weight) { before_[coordinate].weight = weight; }

 private:
  static_assert(std::is_trivially_copyable_v<State>);

  static bool equal(const State& a, const State& b) noexcept {
    return std::memcmp(&a, &b, sizeof a) == 0;
  }

  static State state_of(const LocalDescent& replica, Index coordinate) {
    State state;
    replica.copy_state(coordinate, std::as_writable_bytes(std::span(&state, 1)));
    return state;
  }

  // A state that is stored for nothing could overwrite another thread's step.
  static void set_state(LocalDescent& replica, Index coordinate, const State& now,
                        const State& next) {
    if (!equal(now, next)) replica.set_state(coordinate, std::as_bytes(std::span(&next, 1)));
  }

  Centre rule_;
  ZeroedArray<State> before_;  // [coordinates] of the replica, after the last exchange
};

}  // namespace hogwild
