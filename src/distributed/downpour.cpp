#include "distributed/downpour.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "distributed/packet.hpp"
#include "distributed/shard.hpp"
#include "hogwild/core/error.hpp"
#include "learn/kernel.hpp"
#include "objective/switched_loss.hpp"
#include "parallel/placement.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {
namespace {

// What a fetch asks for.
enum class Wanted : std::int32_t {
  states,   // of the coordinates listed
  weights,  // all that are not zero, as a model keeps them
};

struct FetchHead {
  std::int32_t worker = 0;  // who asks
  Wanted wanted = Wanted::states;
  Pace now;                 // for Wanted::weights
  std::uint64_t count = 0;  // of coordinates
};

struct PushHead {
  Pace pace;
  std::uint64_t count = 0;
};

/// Invariants:
///  1. A server's shard is touched in letters' recipients alone, which come one at a time.
///  2. local_ is the rank's own copy: cells that its workers load and store as they like. A state
///     that arrives replaces what they have made of it.
///  3. A hand is its worker's, save `replies` and `outstanding`: a recipient writes a reply, then
///     counts `outstanding` down with release order; the worker reads replies once it has seen
///     zero with acquire order, and asks again only then.
template <class Rule>
class Downpour final : public Descent {
  using State = typename Rule::State;
  using Landing = std::conditional_t<is_indivisible<Rule>, GuardedLanding, RacyLanding>;
  using Local = SharedParameters<State, Landing::template CellType>;

 public:
  Downpour(World& world, const Rule& rule, const DescentPlan& plan, const Partition& partition,
           const DistributedOptions& options, float learning_rate)
      : world_(world),
        rule_(rule),
        plan_(plan),
        loss_(plan.loss),
        options_(options),
        local_factor_(options.local_rate.value_or(learning_rate) / learning_rate),
        partition_(partition),
        local_(std::size_t{plan.features} + 1),
        warm_(options.warm_start == 0) {
    for (std::size_t s = 0; s < partition_.servers(); ++s) {
      if (partition_.ranks[s] != world_.rank()) continue;
      shard_ = std::make_unique<Shard<Rule>>(rule, partition_.begins[s], partition_.begins[s + 1]);
    }
    // One hand more than workers, for what the run itself asks for.
    for (int worker = 0; worker <= plan.workers; ++worker) {
      hands_.push_back(std::make_unique<Hand>(partition_.servers(), local_.size()));
    }
    take_letters();
    world_.meet();
  }
  ~Downpour() override {
    for (const Letter letter :
         {Letter::fetch, Letter::values, Letter::push, Letter::settle, Letter::settled}) {
      world_.deliver(letter, {});
    }
  }

  LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) override {
    Hand& hand = *hands_[static_cast<std::size_t>(worker)];
    wait_for_warmth(worker);
    RunningLoss sum;
    const auto cycle = [&](std::size_t begin) {
      return rows.subspan(begin, std::min<std::size_t>(options_.fetch_every, rows.size() - begin));
    };
    fetch(worker, cycle(0));
    install(hand);
    for (std::size_t begin = 0; begin < rows.size(); begin += options_.fetch_every) {
      const auto now = cycle(begin);
      const std::size_t next = begin + now.size();
      const bool more = next < rows.size();
      if (more && !options_.blocking) fetch(worker, cycle(next));
      for (const SparseRow& row : now) {
        learn_row(hand, row, pace, sum);
        ++pace.time;
        if (++hand.rows >= options_.push_every) push(hand, pace);
      }
      if (more && options_.blocking) fetch(worker, cycle(next));
      if (more) install(hand);
    }
    last_rate_.store(pace.rate, std::memory_order_relaxed);
    if (is_first(worker) && !warm_.load(std::memory_order_relaxed)) {
      warmed_ += rows.size();
      if (warmed_ >= options_.warm_start) let_begin();
    }
    return sum.sum();
  }

  void settle(int worker) override {
    Hand& hand = *hands_[static_cast<std::size_t>(worker)];
    push(hand, {.rate = last_rate_.load(std::memory_order_relaxed)});
    if (is_first(worker) && !warm_.load(std::memory_order_relaxed)) let_begin();
    begin_asking(hand, partition_.servers());
    for (const int rank : partition_.ranks) {
      Bytes bytes;
      put(bytes, worker);
      world_.send(rank, Letter::settle, std::move(bytes));
    }
    wait(hand);
  }

  float margin(const SparseRow& row, Pace now) const override {
    const auto weight_of = [&](Index j) { return local_weight(j, now); };
    const float sum = row.values.empty() ? dot<true>(row, weight_of) : dot<false>(row, weight_of);
    return sum + local_weight(plan_.features, now);
  }

  float weight(Index coordinate, Pace now) const override { return local_weight(coordinate, now); }

  void copy_weights(std::span<float> zeros, Pace now) const override {
    Hand& hand = *hands_.back();
    begin_asking(hand, partition_.servers());
    for (const int rank : partition_.ranks) {
      Bytes bytes;
      put(bytes, FetchHead{plan_.workers, Wanted::weights, now, 0});
      world_.send(rank, Letter::fetch, std::move(bytes));
    }
    wait(hand);
    set_local_bias(0);
    for (const Bytes& reply : hand.replies) {
      Unpacking values(reply);
      while (values.left() > 0) {
        const auto coordinate = values.take<Index>();
        const auto weight = values.take<float>();
        if (coordinate < plan_.features) {
          zeros[coordinate] = weight;
        } else {
          set_local_bias(weight);
        }
      }
    }
  }

  void start(Index, float) override {}  // see require_valid()

 private:
  struct Hand {
    Hand(std::size_t servers, std::size_t coordinates)
        : asked(servers),
          replies(servers),
          sums(coordinates),
          stamps(coordinates),
          seen(has_memory<Rule> ? coordinates : 0) {}

    // The fetch under way, or arrived: what was asked of each server, and what it said.
    std::vector<std::vector<Index>> asked;
    std::vector<Bytes> replies;
    std::atomic<std::size_t> outstanding{0};

    // Since the last push.
    ZeroedArray<float> sums;     // [coordinates] of gradients
    std::vector<Index> touched;  // coordinates, each once
    Offset rows = 0;

    ZeroedArray<std::uint32_t> stamps;  // [coordinates] the last fetch or push that listed it
    std::uint32_t stamp = 0;
    ZeroedArray<SeenBy<Rule>> seen;  // [coordinates] when they were fetched, and own pushes since
  };

  void take_letters() {
    world_.deliver(Letter::begin, [this](int, std::span<const char>) {
      warm_.store(true, std::memory_order_relaxed);  // it tells no more than that
    });
    world_.deliver(Letter::fetch, [this](int from, std::span<const char> bytes) {
      if (shard_) answer(from, Unpacking(bytes));
    });
    world_.deliver(Letter::push, [this](int, std::span<const char> bytes) {
      if (shard_) apply(Unpacking(bytes));
    });
    world_.deliver(Letter::settle, [this](int from, std::span<const char> bytes) {
      world_.send(from, Letter::settled, Bytes(bytes.begin(), bytes.end()));
    });
    world_.deliver(Letter::settled, [this](int, std::span<const char> bytes) {
      Hand& hand = *hands_[static_cast<std::size_t>(Unpacking(bytes).take<int>())];
      hand.outstanding.fetch_sub(1, std::memory_order_release);
    });
    world_.deliver(Letter::values, [this](int from, std::span<const char> bytes) {
      Unpacking values(bytes);
      Hand& hand = *hands_[static_cast<std::size_t>(values.take<std::int32_t>())];
      const auto server = static_cast<std::size_t>(std::ranges::find(partition_.ranks, from) -
                                                   partition_.ranks.begin());
      hand.replies[server].assign(bytes.begin() + sizeof(std::int32_t), bytes.end());
      hand.outstanding.fetch_sub(1, std::memory_order_release);
    });
  }

  // --- of a server

  void answer(int from, Unpacking asked) {
    const auto head = asked.take<FetchHead>();
    Bytes values;
    put(values, head.worker);
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
    world_.send(from, Letter::values, std::move(values));
  }

  void apply(Unpacking pushed) {
    const auto head = pushed.take<PushHead>();
    for (std::uint64_t i = 0; i < head.count; ++i) {
      Push<Rule> push;
      push.coordinate = pushed.take<Index>();
      push.gradient = pushed.take<float>();
      if constexpr (has_memory<Rule>) push.seen = pushed.take<SeenBy<Rule>>();
      shard_->step(push, head.pace);
    }
  }

  // --- of a worker

  bool is_first(int worker) const noexcept { return world_.is_first() && worker == 0; }

  void wait_for_warmth(int worker) {
    if (is_first(worker)) return;
    world_.wait_until([&] { return warm_.load(std::memory_order_relaxed); });
  }

  void let_begin() {
    for (int rank = 0; rank < world_.size(); ++rank) world_.send(rank, Letter::begin, {});
  }

  void begin_asking(Hand& hand, std::size_t answers) const {
    hand.outstanding.store(answers, std::memory_order_relaxed);  // nobody counts it down yet
  }

  void wait(Hand& hand) const {
    world_.wait_until([&] { return hand.outstanding.load(std::memory_order_acquire) == 0; });
  }

  // Asks for what the rows touch.
  void fetch(int worker, std::span<const SparseRow> rows) {
    Hand& hand = *hands_[static_cast<std::size_t>(worker)];
    for (auto& asked : hand.asked) asked.clear();
    ++hand.stamp;
    const auto ask = [&](Index coordinate) {
      if (std::exchange(hand.stamps[coordinate], hand.stamp) == hand.stamp) return;
      hand.asked[partition_.server_of(coordinate)].push_back(coordinate);
    };
    for (const SparseRow& row : rows) {
      if (row.weight == 0) continue;
      for (const Index j : row.indices) ask(j);
    }
    if (plan_.bias) ask(plan_.features);
    const auto any = [](const auto& asked) { return !asked.empty(); };
    begin_asking(hand, static_cast<std::size_t>(std::ranges::count_if(hand.asked, any)));
    for (std::size_t s = 0; s < hand.asked.size(); ++s) {
      if (hand.asked[s].empty()) continue;
      Bytes bytes;
      put(bytes, FetchHead{worker, Wanted::states, {}, hand.asked[s].size()});
      put_all(bytes, std::span<const Index>(hand.asked[s]));
      world_.send(partition_.ranks[s], Letter::fetch, std::move(bytes));
    }
  }

  // Takes over what was asked for, as soon as it is there.
  void install(Hand& hand) {
    wait(hand);
    for (std::size_t s = 0; s < hand.asked.size(); ++s) {
      Unpacking values(hand.replies[s]);
      for (const Index coordinate : hand.asked[s]) {
        const auto state = values.take<State>();
        set_local(coordinate, [&](State) { return state; });
        if constexpr (has_memory<Rule>) hand.seen[coordinate] = rule_.seen(state);
      }
    }
  }

  float local_weight(Index coordinate, const Pace& now) const {
    return lookahead_of(rule_, local_[coordinate].load(),
                        Step<NoPenalty>{now.rate, now.share, {}, now.time});
  }

  template <class Function>
  void set_local(Index coordinate, const Function& f) const {
    Landing::land(local_[coordinate], f);
  }

  void set_local_bias(float weight) const {
    set_local(plan_.features, [&](State state) {
      state.weight = weight;
      return state;
    });
  }

  void learn_row(Hand& hand, const SparseRow& row, const Pace& pace, RunningLoss& sum) {
    if (row.weight == 0) return;
    const LossParts parts =
        loss_.parts(plan_.bias ? margin(row, pace) : no_bias_margin(row, pace), row.label);
    sum.add(parts, row.weight);
    const float slope = row.weight * parts.slope;
    const Step<NoPenalty> step{pace.rate * local_factor_, pace.share, {}, pace.time};
    const auto take = [&](Index coordinate, float gradient) {
      if (hand.sums[coordinate] == 0) hand.touched.push_back(coordinate);
      hand.sums[coordinate] += gradient;
      if (step.rate == 0) return;
      set_local(coordinate, [&](State state) { return rule_.step(state, gradient, step); });
    };
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      take(row.indices[k], row.values.empty() ? slope : slope * row.values[k]);
    }
    if (plan_.bias) take(plan_.features, slope);
  }

  float no_bias_margin(const SparseRow& row, const Pace& now) const {
    const auto weight_of = [&](Index j) { return local_weight(j, now); };
    return row.values.empty() ? dot<true>(row, weight_of) : dot<false>(row, weight_of);
  }

  // Sends the sums to their servers.
  void push(Hand& hand, const Pace& pace) {
    hand.rows = 0;
    if (hand.touched.empty()) return;
    std::vector<Bytes> letters(partition_.servers());
    std::vector<std::uint64_t> counts(partition_.servers());
    for (const Index coordinate : hand.touched) {
      const float sum = std::exchange(hand.sums[coordinate], 0.0f);
      if (sum == 0) continue;  // it was listed twice
      const std::size_t s = partition_.server_of(coordinate);
      if (letters[s].empty()) letters[s].resize(sizeof(PushHead));
      put(letters[s], coordinate);
      put(letters[s], sum);
      if constexpr (has_memory<Rule>) {
        put(letters[s], hand.seen[coordinate]);
        if (local_factor_ != 0) hand.seen[coordinate] += static_cast<SeenBy<Rule>>(sum);
      }
      ++counts[s];
    }
    hand.touched.clear();
    for (std::size_t s = 0; s < letters.size(); ++s) {
      if (counts[s] == 0) continue;
      const PushHead head{pace, counts[s]};
      std::memcpy(letters[s].data(), &head, sizeof head);
      world_.send(partition_.ranks[s], Letter::push, std::move(letters[s]));
    }
  }

  World& world_;
  Rule rule_;
  DescentPlan plan_;
  SwitchedLoss loss_;
  DistributedOptions options_;
  float local_factor_;
  Partition partition_;
  std::unique_ptr<Shard<Rule>> shard_;  // null where this rank does not serve
  mutable Local local_;
  std::vector<std::unique_ptr<Hand>> hands_;  // [workers + 1]
  std::atomic<bool> warm_;                    // whether all may learn
  Offset warmed_ = 0;                         // rows, by the first worker of all alone
  std::atomic<float> last_rate_{0};           // for what is pushed at the end of an epoch
};

}  // namespace

std::unique_ptr<Descent> make_downpour(World& world, const DescentPlan& plan,
                                       const Partition& partition,
                                       const DistributedOptions& options, float learning_rate) {
  return std::visit(
      [&]<class Rule>(const Rule& rule) -> std::unique_ptr<Descent> {
        if constexpr (is_served<Rule>) {
          return std::make_unique<Downpour<Rule>>(world, rule, plan, partition, options,
                                                  learning_rate);
        } else {
          throw OptionError("optimizer", "this rule is not served");
        }
      },
      plan.rule);
}

}  // namespace hogwild
