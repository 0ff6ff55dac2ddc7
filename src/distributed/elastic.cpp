// Elastic averaging: every worker learns by itself. At intervals it sends its steps to a centre and
// takes the weights of the centre, which hold the steps of the others. The model is the centre.
//
// Where the user gives an elasticity a, worker and centre draw each other: c is what the centre has
// at a coordinate, x what the worker has; both move by a (x - c). The centre then gets the part a
// of a step, and the rest only with later exchanges of the same coordinate. A rare feature has few
// of those, and with early stopping often none. Its part does not grow with the number of workers
// that learn it either: the force of the paper averages over all p workers, also over those whose
// rows lack the feature, whose x is where c is.
//
// By default the steps that a worker has made since its last exchange are therefore merged into the
// centre: whole, where no other worker has moved the coordinate meanwhile, and as the update rule
// accounts for the others' steps where some have (class Merge). The centre has the rule's whole
// state for that. This takes a worker's own steps and others' as one process takes those of its
// threads, so that the learning rate of one process is right for any number of workers. By a force
// the rate is the found one times the number of workers, since the centre moves by their mean.
//
// Measured test log loss, two ranks, early stopping, means of seeds 1 to 3, against one process
// (the force at 0.9 / 2, then merging): 20 newsgroups, two classes, +1.1 %, +0.4 %; generated rows
// of rare positives +1.9 %, +0.3 %; Debian packages +0.5 %, +0.1 %.
//
// Steps that another sees late, but whole: Ho et al., "More effective distributed ML via a stale
// synchronous parallel parameter server", NIPS 2013. The force: Zhang, Choromanska, LeCun, "Deep
// learning with elastic averaging SGD", NIPS 2015: the asynchronous form is its algorithm 1, and
// with momentum (EAMSGD) its algorithm 2; the synchronous form is its equations 5 and 6.
#include "distributed/descents.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "distributed/coupling.hpp"
#include "distributed/servers.hpp"
#include "distributed/touched.hpp"
#include "hogwild/core/error.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {
namespace {

/// What a worker has done since it exchanged with the centre.
struct SinceExchange {
  explicit SinceExchange(Index features) : touched(features) {}

  Offset steps = 0;
  Touched touched;        // features
  bool is_asked = false;  // whether an answer is to come
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

/// Workers of a rank share its replica, and exchange one at a time.
template <class Coupling>
class Elastic final : public Descent {
  using Centre = typename Coupling::Centre;
  using State = typename Centre::State;

 public:
  Elastic(World& world, const DescentPlan& plan, const Partition& partition,
          const DistributedOptions& options, Coupling coupling)
      : plan_(plan),
        at_{plan.features, plan.outputs},
        options_(options),
        own_(make_descent(plan)),
        coupling_(std::move(coupling)),
        centre_(world, coupling_.centre(), partition, plan.workers + 1),
        centre_biases_(plan.outputs) {
    for (int worker = 0; worker < plan.workers; ++worker) workers_.emplace_back(plan.features);
  }

  LossSum learn(int worker, std::span<const SparseRow> rows, Pace pace) override {
    SinceExchange& own = workers_[static_cast<std::size_t>(worker)];
    return learn_in_periods(*own_, worker, rows, pace, plan_.batch, options_.period, own, [&] {
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

  float weight(Index coordinate, Pace now) const override {
    return coordinate >= at_.bias() ? centre_biases_[coordinate - at_.bias()]
                                    : own_->weight(coordinate, now);
  }

  void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const override {
    centre_biases_ = centre_.take_weights(plan_.workers, now, at_, end, visit);
  }

  void start(Index coordinate, float weight) override {
    own_->start(coordinate, weight);
    coupling_.start(coordinate, weight);
    centre_.start(coordinate, weight);
  }

 private:
  void ask(int worker) {
    SinceExchange& own = workers_[static_cast<std::size_t>(worker)];
    own.steps = 0;
    if (own.touched.empty()) return;
    ask(worker, own.touched.coordinates(at_, plan_.bias));
    own.touched.clear();
  }

  void ask(int worker, std::span<const Index> coordinates) {
    centre_.ask(worker, coordinates);
    workers_[static_cast<std::size_t>(worker)].is_asked = true;
  }

  // Takes the answer, if one is to come, and moves both sides.
  void exchange(int worker) {
    SinceExchange& own = workers_[static_cast<std::size_t>(worker)];
    if (!std::exchange(own.is_asked, false)) return;
    std::vector<Push<Centre>> pushes;
    std::unique_lock lock(exchanging_, std::defer_lock);
    centre_.take(worker, [&](Index coordinate, const State& centre) {
      if (!lock.owns_lock()) lock.lock();  // not while the answer is waited for
      const auto push = coupling_.exchange(*own_, coordinate, centre);
      if (push) pushes.push_back(*push);
    });
    centre_.push(worker, pushes, kAsItIs);
  }

  // The same of all coordinates, touched or not, some at a time.
  void exchange_all(int worker) {
    constexpr std::size_t kAtOnce = std::size_t{1} << 16;
    std::vector<Index> some;
    for (std::size_t begin = 0; begin < at_.size(); begin += kAtOnce) {
      some.resize(std::min(kAtOnce, at_.size() - begin));
      std::iota(some.begin(), some.end(), static_cast<Index>(begin));
      ask(worker, some);
      exchange(worker);
    }
  }

  static constexpr Pace kAsItIs{.rate = 1};  // a force moves the centre by what is pushed

  DescentPlan plan_;
  Coordinates at_;
  DistributedOptions options_;
  std::unique_ptr<LocalDescent> own_;
  std::mutex exchanging_;
  Coupling coupling_;
  std::vector<SinceExchange> workers_;  // [workers]
  mutable Servers<Centre> centre_;
  mutable std::vector<float> centre_biases_;  // [outputs] as they were copied last
};

/// The same with all workers, one a rank, at once, and a copy of the centre on each rank. What it
/// comes to depends on nothing but rows and options.
template <class Coupling>
class SynchronousElastic final : public Descent {
  using Centre = typename Coupling::Centre;
  using State = typename Centre::State;

 public:
  SynchronousElastic(World& world, const DescentPlan& plan, const DistributedOptions& options,
                     Coupling coupling)
      : world_(world),
        plan_(plan),
        period_(options.period),
        own_(make_descent(plan)),
        at_{plan.features, plan.outputs},
        coupling_(std::move(coupling)),
        rule_(coupling_.centre()),
        centre_(at_.size()),
        since_(plan.features),
        moved_(at_.size()) {}

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

  float weight(Index coordinate, Pace) const override { return centre_[coordinate].weight; }
  void each_weight(std::size_t end, Pace, const WeightVisitor& visit) const override {
    for (Index j = 0; j < end; ++j) {
      if (const float weight = centre_[j].weight; weight != 0) visit(j, {&weight, 1});
    }
  }
  void start(Index coordinate, float weight) override {
    own_->start(coordinate, weight);
    coupling_.start(coordinate, weight);
    centre_[coordinate].weight = weight;
  }

 private:
  // Moves all replicas and all copies of the centre; whether all ranks are at the end.
  bool exchange(bool at_end) {
    since_.steps = 0;
    Bytes bytes;
    put(bytes, at_end);
    for (const Index j : since_.touched.coordinates(at_, plan_.bias)) {
      if (const auto push = coupling_.exchange(*own_, j, centre_[j])) put(bytes, *push);
    }
    since_.touched.clear();
    moved_.clear();
    bool all_at_end = true;
    for (const Bytes& part : world_.gather_all(bytes)) {
      Unpacking pushes(part);
      if (!pushes.take<bool>()) all_at_end = false;
      while (pushes.left() > 0) {
        const auto push = pushes.take<Push<Centre>>();
        State& centre = centre_[push.coordinate];
        centre = stepped(rule_, centre, push.gradient, push.seen, Step<>{.rate = 1});
        moved_.add(push.coordinate);
      }
    }
    for (const Index j : moved_.list()) coupling_.agree(*own_, j, centre_[j]);
    return all_at_end;
  }

  World& world_;
  DescentPlan plan_;
  Offset period_;
  std::unique_ptr<LocalDescent> own_;
  Coordinates at_;
  Coupling coupling_;
  Centre rule_;
  ZeroedArray<State> centre_;  // [coordinates], the same on all ranks
  SinceExchange since_;
  Touched moved_;  // coordinates, in an exchange
};

}  // namespace

std::unique_ptr<Descent> make_elastic(World& world, const DescentPlan& plan,
                                      const Partition& partition, const DistributedOptions& options,
                                      int workers) {
  const auto made = [&]<class Coupling>(Coupling coupling) -> std::unique_ptr<Descent> {
    if (options.synchronous) {
      return std::make_unique<SynchronousElastic<Coupling>>(world, plan, options,
                                                            std::move(coupling));
    }
    return std::make_unique<Elastic<Coupling>>(world, plan, partition, options,
                                               std::move(coupling));
  };
  if (draws_by_force(options, plan.catch_up)) {
    const bool is_alone = workers == 1 && !options.elasticity;
    const float part = is_alone ? 1 : 0.9f / static_cast<float>(workers);
    return made(Force(options.elasticity.value_or(part), !is_alone));
  }
  const std::size_t coordinates = Coordinates{plan.features, plan.outputs}.size();
  return std::visit(
      [&]<class Rule>(const Rule& rule) -> std::unique_ptr<Descent> {
        if constexpr (!has_outcome<Rule>) {
          return made(Merge<Rule>(rule, coordinates));
        } else {
          throw OptionError("optimizer", "copies of this rule's weights can't be merged");
        }
      },
      plan.rule);
}

}  // namespace hogwild
