// Parameters that servers hold for all ranks: the code of the servers and of their clients.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "distributed/packet.hpp"
#include "distributed/shard.hpp"
#include "distributed/world.hpp"
#include "hogwild/core/types.hpp"
#include "learn/coordinates.hpp"
#include "learn/descent.hpp"
#include "learn/kernel.hpp"

namespace hogwild {

/// Visits the weights of replies, coordinate and weight one after the other, that are below `end`;
/// returns the biases. What is zero is not in a reply.
inline std::vector<float> visit_weights(std::span<const Bytes> replies, const Coordinates& at,
                                        std::size_t end, const WeightVisitor& visit) {
  std::vector<float> biases(at.outputs);
  for (const Bytes& reply : replies) {
    for (Unpacking values(reply); values.left() > 0;) {
      const auto coordinate = values.take<Index>();
      const auto weight = values.take<float>();
      if (coordinate >= at.bias()) {
        biases[coordinate - at.bias()] = weight;
      } else if (coordinate < end) {
        visit(coordinate, {&weight, 1});
      }
    }
  }
  return biases;
}

/// The shard of this rank, if it is a server, and its workers' access to all shards. An Asker is a
/// worker, by its number, that sends requests and waits for the replies, one request at a time.
///
/// Invariants:
///  1. Only recipients of messages access the shard; they are called one at a time.
///  2. An asker's members are accessed by its thread alone, except `replies` and `outstanding`: a
///     recipient writes a reply, then decrements `outstanding` with release order; the asker reads
///     the replies after it has read zero with acquire order, and only then sends a new request.
///  3. The reply to a request includes all earlier pushes of the asker, and settle() returns after
///     all earlier pushes are applied: messages from one rank to another arrive in order.
/// Thread safety: each asker by one thread at a time.
template <class Rule>
class Servers {
 public:
  using State = typename Rule::State;

  /// All ranks construct one at the same time. No rank may destroy it while another still uses it.
  Servers(World& world, const Rule& rule, Partition partition, int askers,
          const PenaltyOf<Rule>& penalty_of = {})
      : world_(world), partition_(std::move(partition)) {
    for (std::size_t s = 0; s < partition_.servers(); ++s) {
      if (partition_.ranks[s] != world_.rank()) continue;
      shard_ = std::make_unique<Shard<Rule>>(rule, penalty_of, partition_.begins[s],
                                             partition_.begins[s + 1]);
    }
    for (int k = 0; k < askers; ++k) {
      askers_.push_back(std::make_unique<Asker>(partition_.servers()));
    }
    take_messages();
    world_.barrier();
  }
  ~Servers() {
    for (const Message message :
         {Message::fetch, Message::values, Message::push, Message::settle, Message::settled}) {
      world_.deliver(message, {});
    }
  }
  Servers(const Servers&) = delete;
  Servers& operator=(const Servers&) = delete;

  /// Sets the initial weight of a coordinate if it is in this rank's shard. REQUIRES: no asker has
  /// sent a request yet.
  void start(Index coordinate, float weight) {
    if (!shard_ || !shard_->holds(coordinate)) return;
    State state{};
    state.weight = weight;
    shard_->state(coordinate) = state;
  }

  /// Requests the states of coordinates. No coordinate may be in the list twice.
  void ask(int asker, std::span<const Index> coordinates) {
    Asker& own = asker_of(asker);
    send_pushes(own);
    for (auto& asked : own.asked) asked.clear();
    for (const Index j : coordinates) own.asked[partition_.server_of(j)].push_back(j);
    const auto any = [](const auto& asked) { return !asked.empty(); };
    own.expect(static_cast<std::size_t>(std::ranges::count_if(own.asked, any)));
    for (std::size_t s = 0; s < own.asked.size(); ++s) {
      if (own.asked[s].empty()) continue;
      Bytes bytes;
      put(bytes, FetchHead{asker, Wanted::states, {}, own.asked[s].size()});
      put_all(bytes, std::span<const Index>(own.asked[s]));
      world_.send(partition_.ranks[s], Message::fetch, std::move(bytes));
    }
  }

  /// Waits for the replies to ask(), and calls f(coordinate, state) for each coordinate.
  template <class Function>
  void take(int asker, const Function& f) {
    Asker& own = asker_of(asker);
    wait(own);
    for (std::size_t s = 0; s < own.asked.size(); ++s) {
      Unpacking values(own.replies[s]);
      for (const Index coordinate : own.asked[s]) f(coordinate, values.take<State>());
    }
  }

  /// Visits each weight below `end` that is not zero, as a model keeps it; returns the biases.
  std::vector<float> take_weights(int asker, const Pace& now, const Coordinates& at,
                                  std::size_t end, const WeightVisitor& visit) {
    Asker& own = asker_of(asker);
    own.expect(partition_.servers());
    for (const int rank : partition_.ranks) {
      Bytes bytes;
      put(bytes, FetchHead{asker, Wanted::weights, now, 0});
      world_.send(rank, Message::fetch, std::move(bytes));
    }
    wait(own);
    return visit_weights(own.replies, at, end, visit);
  }

  /// Queues steps for the servers. kPushesAMessage calls are sent as one message to each server.
  void push(int asker, std::span<const Push<Rule>> pushes, const Pace& pace) {
    Asker& own = asker_of(asker);
    for (const Push<Rule>& push : pushes) {
      const std::size_t s = partition_.server_of(push.coordinate);
      auto& [message, head_at, count] = own.messages[s];
      if (count++ == 0) {
        head_at = message.size();
        put(message, PushHead{});
      }
      put(message, push.coordinate);
      put(message, push.gradient);
      if constexpr (has_memory<Rule>) put(message, push.seen);
    }
    for (auto& [message, head_at, count] : own.messages) {
      if (count == 0) continue;
      const PushHead head{pace, std::exchange(count, 0)};
      std::memcpy(message.data() + head_at, &head, sizeof head);
    }
    if (++own.pushes >= kPushesAMessage) send_pushes(own);
  }

  /// Returns when all that this rank has pushed before has been applied.
  void settle(int asker) {
    Asker& own = asker_of(asker);
    send_pushes(own);
    own.expect(partition_.servers());
    for (const int rank : partition_.ranks) {
      Bytes bytes;
      put(bytes, asker);
      world_.send(rank, Message::settle, std::move(bytes));
    }
    wait(own);
  }

 private:
  // A message costs more than its contents: with 16 rows per message instead of one, two ranks
  // learn packages 1.8 times and rcv1 1.3 times as fast, with the same losses.
  static constexpr int kPushesAMessage = 16;

  enum class Wanted : std::int32_t { states, weights };

  struct FetchHead {
    std::int32_t asker = 0;
    Wanted wanted = Wanted::states;
    Pace now;                 // for Wanted::weights
    std::uint64_t count = 0;  // of coordinates, for Wanted::states
  };

  struct PushHead {
    Pace pace;
    std::uint64_t count = 0;
  };

  struct Outgoing {
    Bytes bytes;
    std::size_t head_at = 0;  // of the push at hand
    std::uint64_t count = 0;  // of its coordinates
  };

  struct Asker {
    explicit Asker(std::size_t servers) : asked(servers), replies(servers), messages(servers) {}

    void expect(std::size_t answers) {
      outstanding.store(answers, std::memory_order_relaxed);  // nobody counts it down yet
    }

    std::vector<std::vector<Index>> asked;  // [servers]
    std::vector<Bytes> replies;             // [servers]
    std::vector<Outgoing> messages;         // [servers] of pushes, to be sent
    int pushes = 0;                         // that are in them
    std::atomic<std::size_t> outstanding{0};
  };

  Asker& asker_of(int asker) { return *askers_[static_cast<std::size_t>(asker)]; }

  void wait(Asker& own) {
    world_.wait_until([&] { return own.outstanding.load(std::memory_order_acquire) == 0; });
  }

  void send_pushes(Asker& own) {
    for (std::size_t s = 0; s < own.messages.size(); ++s) {
      Bytes& bytes = own.messages[s].bytes;
      if (!bytes.empty()) {
        world_.send(partition_.ranks[s], Message::push, std::exchange(bytes, {}));
      }
    }
    own.pushes = 0;
  }

  void take_messages() {
    world_.deliver(Message::fetch, [this](int from, std::span<const char> bytes) {
      if (shard_) answer(from, Unpacking(bytes));
    });
    world_.deliver(Message::push, [this](int, std::span<const char> bytes) {
      if (shard_) apply(Unpacking(bytes));
    });
    world_.deliver(Message::settle, [this](int from, std::span<const char> bytes) {
      world_.send(from, Message::settled, Bytes(bytes.begin(), bytes.end()));
    });
    world_.deliver(Message::settled, [this](int, std::span<const char> bytes) {
      asker_of(Unpacking(bytes).take<int>()).outstanding.fetch_sub(1, std::memory_order_release);
    });
    world_.deliver(Message::values, [this](int from, std::span<const char> bytes) {
      Asker& own = asker_of(Unpacking(bytes).take<std::int32_t>());
      const auto server = static_cast<std::size_t>(std::ranges::find(partition_.ranks, from) -
                                                   partition_.ranks.begin());
      own.replies[server].assign(bytes.begin() + sizeof(std::int32_t), bytes.end());
      own.outstanding.fetch_sub(1, std::memory_order_release);
    });
  }

  void answer(int from, Unpacking asked) {
    const auto head = asked.take<FetchHead>();
    Bytes values;
    put(values, head.asker);
    if (head.wanted == Wanted::weights) {
      shard_->for_each_weight(head.now, [&](Index coordinate, float weight) {
        put(values, coordinate);
        put(values, weight);
      });
    } else {
      values.reserve(values.size() + head.count * sizeof(State));
      for (std::uint64_t i = 0; i < head.count; ++i) {
        put(values, shard_->state(asked.take<Index>()));
      }
    }
    world_.send(from, Message::values, std::move(values));
  }

  void apply(Unpacking pushed) {
    while (pushed.left() > 0) {
      const auto head = pushed.take<PushHead>();
      for (std::uint64_t i = 0; i < head.count; ++i) {
        Push<Rule> push;
        push.coordinate = pushed.take<Index>();
        push.gradient = pushed.take<float>();
        if constexpr (has_memory<Rule>) push.seen = pushed.take<SeenBy<Rule>>();
        shard_->step(push, head.pace);
      }
    }
  }

  World& world_;
  Partition partition_;
  std::unique_ptr<Shard<Rule>> shard_;  // null where this rank does not serve
  std::vector<std::unique_ptr<Asker>> askers_;
};

}  // namespace hogwild
