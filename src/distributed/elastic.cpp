#include "distributed/elastic.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "distributed/servers.hpp"
#include "distributed/touched.hpp"
#include "parallel/zeroed_array.hpp"

namespace hogwild {
namespace {

/// By which part of their distance replica and centre move.
struct Elasticity {
  float part;
  bool draws_replica;  ///< one worker alone has nobody to be drawn to: the centre follows it

  Elasticity(const DistributedOptions& options, int workers)
      : part(options.elasticity.value_or(workers > 1 ? 0.9f / static_cast<float>(workers) : 1)),
        draws_replica(workers > 1 || options.elasticity) {}

  /// By how much the centre moves towards the replica's weight; that has moved towards it.
  float pull(Descent& replica, Index coordinate, float centre) const {
    const float difference = part * (replica.weight(coordinate, {}) - centre);
    if (draws_replica && difference != 0) replica.move(coordinate, -difference);
    return difference;
  }
};

/// What a worker has done since it exchanged with the centre.
struct SinceExchange {
  explicit SinceExchange(Index features) : touched(features) {}

  Offset steps = 0;
  Touched touched;  // features
};

/// Learns the rows, and calls exchange(), which begins a new one, at the end of each period.
template <class Exchange>
LossSum learn_in_periods(Descent& own, int worker, std::span<const SparseRow> rows, Pace pace,
                         std::size_t batch, Offset period, SinceExchange& since,
                         const Exchange& exchange) {
  LossSum total;
  while (!rows.empty()) {
    const auto now = rows.first(std::min<std::size_t>(rows.size(), (period - since.steps) * batch));
    rows = rows.subspan(now.size());
    const LossSum sum = own.learn(worker, now, pace);
    total.loss += sum.loss;
    total.weight += sum.weight;
    const std::size_t steps = (now.size() + batch - 1) / batch;
    pace.time += steps;
    since.steps += steps;
    since.touched.add(now);
    if (since.steps >= period) exchange();
  }
  return total;
}

class Elastic final : public Descent {
 public:
  Elastic(World& world, const DescentPlan& plan, const Partition& partition,
          const DistributedOptions& options, int workers)
      : plan_(plan),
        at_{plan.features, plan.outputs},
        options_(options),
        elasticity_(options, workers),
        own_(make_descent(plan)),
        centre_(world, Sgd{}, partition, plan.workers + 1),
        centre_biases_(plan.outputs) {
    for (int worker = 0; worker < plan.workers; ++worker) hands_.emplace_back(plan.features);
  }

  LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) override {
    Hand& hand = hands_[static_cast<std::size_t>(worker)];
    return learn_in_periods(*own_, worker, rows, pace, plan_.batch, options_.period, hand, [&] {
      // The answer to the question before has had a period to come.
      exchange(worker);
      ask(worker);
    });
  }

  void settle(int worker) override {
    own_->settle(worker);
    exchange(worker);
    ask(worker);
    exchange(worker);
    if (options_.dense && worker == 0) exchange_all(worker);
    centre_.settle(worker);
  }

  float margin(const SparseRow& row, Pace now) const override { return own_->margin(row, now); }

  float weight(Index coordinate, Pace now) const override {
    return coordinate >= at_.bias() ? centre_biases_[coordinate - at_.bias()]
                                    : own_->weight(coordinate, now);
  }

  void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const override {
    std::ranges::fill(centre_biases_, 0.0f);
    centre_.take_weights(plan_.workers, now, [&](Index coordinate, float weight) {
      if (coordinate < at_.bias()) {
        if (coordinate < end) visit(coordinate, weight);
      } else {
        centre_biases_[coordinate - at_.bias()] = weight;
      }
    });
  }

  void start(Index coordinate, float weight) override {
    own_->start(coordinate, weight);
    centre_.start(coordinate, weight);
  }
  void move(Index coordinate, float by) override { own_->move(coordinate, by); }

 private:
  struct Hand : SinceExchange {
    using SinceExchange::SinceExchange;

    bool is_asked = false;  // whether an answer is to come
  };

  void ask(int worker) {
    Hand& hand = hands_[static_cast<std::size_t>(worker)];
    hand.steps = 0;
    if (hand.touched.empty()) return;
    centre_.ask(worker, hand.touched.coordinates(at_, plan_.bias));
    hand.touched.clear();
    hand.is_asked = true;
  }

  // Takes the answer, if one is to come, and moves both sides.
  void exchange(int worker) {
    Hand& hand = hands_[static_cast<std::size_t>(worker)];
    if (!std::exchange(hand.is_asked, false)) return;
    std::vector<Push<Sgd>> pushes;
    centre_.take(
        worker, [&](Index coordinate, const Sgd::State& c) { pull(coordinate, c.weight, pushes); });
    centre_.push(worker, pushes, kAsItIs);
  }

  // The same of all coordinates, touched or not.
  void exchange_all(int worker) {
    std::vector<float> all(at_.size());
    centre_.take_weights(worker, {}, [&](Index coordinate, float c) { all[coordinate] = c; });
    std::vector<Push<Sgd>> pushes;
    for (Index j = 0; j < all.size(); ++j) pull(j, all[j], pushes);
    centre_.push(worker, pushes, kAsItIs);
  }

  // Moves the own weight towards the centre's, c, and notes by how much that is to move towards it.
  void pull(Index coordinate, float c, std::vector<Push<Sgd>>& pushes) {
    const float difference = elasticity_.pull(*own_, coordinate, c);
    if (difference != 0) pushes.push_back({coordinate, -difference, {}});
  }

  static constexpr Pace kAsItIs{.rate = 1};  // the centre moves by what is pushed

  DescentPlan plan_;
  Coordinates at_;
  DistributedOptions options_;
  Elasticity elasticity_;
  std::unique_ptr<Descent> own_;
  std::vector<Hand> hands_;  // [workers]
  mutable Servers<Sgd> centre_;
  mutable std::vector<float> centre_biases_;  // [outputs] as they were copied last
};

/// The same with all workers, one a rank, at once, and a copy of the centre on each rank. What it
/// comes to depends on nothing but rows and options.
class SynchronousElastic final : public Descent {
 public:
  SynchronousElastic(World& world, const DescentPlan& plan, const DistributedOptions& options,
                     int workers)
      : world_(world),
        plan_(plan),
        period_(options.period),
        elasticity_(options, workers),
        own_(make_descent(plan)),
        at_{plan.features, plan.outputs},
        centre_(at_.size()),
        since_(plan.features) {}

  LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) override {
    return learn_in_periods(*own_, worker, rows, pace, plan_.batch, period_, since_,
                            [this] { exchange(false); });
  }

  // A rank of few rows is there for the others' exchanges until all have learnt theirs.
  void settle(int worker) override {
    own_->settle(worker);
    while (!exchange(true)) {
    }
  }

  float margin(const SparseRow& row, Pace now) const override { return own_->margin(row, now); }
  float weight(Index coordinate, Pace) const override { return centre_[coordinate]; }
  void each_weight(std::size_t end, Pace, const WeightVisitor& visit) const override {
    for (Index j = 0; j < end; ++j) {
      if (centre_[j] != 0) visit(j, centre_[j]);
    }
  }
  void start(Index coordinate, float weight) override {
    own_->start(coordinate, weight);
    centre_[coordinate] = weight;
  }
  void move(Index coordinate, float by) override { own_->move(coordinate, by); }

 private:
  // Moves all replicas and all copies of the centre; whether all ranks are at the end.
  bool exchange(bool at_end) {
    since_.steps = 0;
    Bytes bytes;
    put(bytes, at_end);
    for (const Index j : since_.touched.coordinates(at_, plan_.bias)) {
      put(bytes, j);
      put(bytes, elasticity_.pull(*own_, j, centre_[j]));
    }
    since_.touched.clear();
    bool all_at_end = true;
    for (const Bytes& part : world_.gather_all(bytes)) {
      Unpacking differences(part);
      if (!differences.take<bool>()) all_at_end = false;
      while (differences.left() > 0) {
        const auto j = differences.take<Index>();
        centre_[j] += differences.take<float>();
      }
    }
    return all_at_end;
  }

  World& world_;
  DescentPlan plan_;
  Offset period_;
  Elasticity elasticity_;
  std::unique_ptr<Descent> own_;
  Coordinates at_;
  ZeroedArray<float> centre_;  // [coordinates], the same on all ranks
  SinceExchange since_;
};

}  // namespace

std::unique_ptr<Descent> make_elastic(World& world, const DescentPlan& plan,
                                      const Partition& partition, const DistributedOptions& options,
                                      int workers) {
  if (options.synchronous) {
    return std::make_unique<SynchronousElastic>(world, plan, options, workers);
  }
  return std::make_unique<Elastic>(world, plan, partition, options, workers);
}

}  // namespace hogwild
