// The partitioned graph over ranks: each has some of the features of all rows.
#include "distributed/descents.hpp"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <numeric>
#include <utility>
#include <vector>

#include "distributed/graph_executor.hpp"
#include "distributed/packet.hpp"
#include "distributed/servers.hpp"
#include "distributed/sharded_step.hpp"
#include "distributed/share.hpp"

namespace hogwild {

Dataset columns_of_all(World& world, const Dataset& own, const Partition& partition) {
  const auto ranks = static_cast<std::size_t>(world.size());
  std::vector<Bytes> received(ranks);
  std::atomic<std::size_t> outstanding{ranks};
  world.deliver(Message::columns, [&](int from, std::span<const char> bytes) {
    received[static_cast<std::size_t>(from)].assign(bytes.begin(), bytes.end());
    outstanding.fetch_sub(1, std::memory_order_release);
  });
  world.barrier();
  const bool ones = all_ones(world, own);
  for (std::size_t r = 0; r < ranks; ++r) {
    Bytes columns;
    for (Offset i = 0; i < own.rows(); ++i) {
      put_row(columns, own.row(i), partition.begins[r], partition.begins[r + 1], ones);
    }
    world.send(static_cast<int>(r), Message::columns, std::move(columns));
  }
  world.wait_until([&] { return outstanding.load(std::memory_order_acquire) == 0; });
  world.deliver(Message::columns, {});
  return rows_in(received, own, ones);
}

namespace {

/// Tensors between ranks, as messages.
class Wire final : public Rendezvous {
 public:
  Wire(World& world, int devices_a_rank) : world_(world), devices_a_rank_(devices_a_rank) {
    world_.deliver(Message::tensor, [this](int, std::span<const char> bytes) {
      Unpacking message(bytes);
      const auto step = message.take<std::uint64_t>();
      const auto transfer = message.take<std::uint64_t>();
      arrive(step, transfer,
             std::make_shared<const std::vector<double>>(
                 message.take_all<double>(message.left() / sizeof(double))));
    });
  }
  ~Wire() override { world_.deliver(Message::tensor, {}); }

  void send(int device, std::uint64_t step, std::size_t transfer, Tensor tensor) override {
    const int rank = device / devices_a_rank_;
    if (rank == world_.rank()) return arrive(step, transfer, std::move(tensor));
    Bytes bytes;
    put(bytes, step);
    put(bytes, static_cast<std::uint64_t>(transfer));
    put_all(bytes, std::span<const double>(*tensor));
    world_.send(rank, Message::tensor, std::move(bytes));
  }

 private:
  World& world_;
  int devices_a_rank_;
};

// Each rank's range in as many ranges as it has devices.
std::vector<Index> begins_of(const Partition& partition, int devices) {
  std::vector<Index> begins;
  for (std::size_t r = 0; r < partition.servers(); ++r) {
    const std::uint64_t begin = partition.begins[r];
    const std::uint64_t size = partition.begins[r + 1] - begin;
    for (int d = 0; d < devices; ++d) {
      begins.push_back(static_cast<Index>(begin + size * static_cast<std::uint64_t>(d) /
                                                      static_cast<std::uint64_t>(devices)));
    }
  }
  begins.push_back(partition.begins.back() - 1);  // where the bias is, which is no feature
  for (Index& begin : begins) begin = std::min(begin, begins.back());
  return begins;
}

std::vector<int> devices_of(const Partition& partition, int devices) {
  std::vector<int> of_shards(partition.servers() * static_cast<std::size_t>(devices));
  std::iota(of_shards.begin(), of_shards.end(), 0);
  return of_shards;
}

class Dataflow final : public Descent {
 public:
  Dataflow(World& world, const DescentPlan& plan, const Partition& partition, int devices,
           DistributedObserver& observer)
      : world_(world),
        plan_(plan),
        at_{plan.features, plan.outputs},
        threads_(tbb::global_control::max_allowed_parallelism,
                 static_cast<std::size_t>(std::max(2, devices))),
        arena_(std::max(2, devices)),
        wire_(world, devices),
        step_(plan, begins_of(partition, devices), devices_of(partition, devices),
              world.rank() * devices, (world.rank() + 1) * devices),
        cut_(partitioned(step_.graph())),
        executor_(cut_, world.rank() * devices, (world.rank() + 1) * devices, wire_),
        biases_(plan.outputs),
        replies_(static_cast<std::size_t>(world.size())) {
    observer.on_graph(dot(step_.graph()), dot(cut_));
    world_.deliver(Message::fetch, [this](int from, std::span<const char> bytes) {
      Bytes weights;
      step_.for_each_weight(Unpacking(bytes).take<Pace>(), [&](Index j, float weight) {
        put(weights, j);
        put(weights, weight);
      });
      world_.send(from, Message::values, std::move(weights));
    });
    world_.deliver(Message::values, [this](int from, std::span<const char> bytes) {
      replies_[static_cast<std::size_t>(from)].assign(bytes.begin(), bytes.end());
      outstanding_.fetch_sub(1, std::memory_order_release);
    });
    world_.barrier();
  }

  ~Dataflow() override {
    world_.deliver(Message::fetch, {});
    world_.deliver(Message::values, {});
  }

  LossSum learn(int /*worker*/, std::span<const SparseRow> rows, Pace pace) override {
    LossSum total;
    while (!rows.empty()) {
      const auto batch = rows.first(std::min(plan_.batch, rows.size()));
      rows = rows.subspan(batch.size());
      step_.take(batch, pace, asks_to_end_);
      arena_.execute([this] { executor_.run(steps_); });
      ++steps_;
      ++pace.time;
      total.loss += step_.loss().loss;
      total.weight += step_.loss().weight;
    }
    return total;
  }

  /// The first rank tells all with the next block's slopes, and all end after that block.
  bool ends(bool asked) override {
    if (step_.is_asked_to_end()) return true;
    asks_to_end_ = asked && world_.is_first();
    return false;
  }

  void settle(int /*worker*/) override {}
  /// Biases are what is asked for one by one.
  float weight(Index coordinate, Pace) const override { return biases_[coordinate - at_.bias()]; }

  void each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const override {
    outstanding_.store(replies_.size(), std::memory_order_relaxed);
    for (int rank = 0; rank < world_.size(); ++rank) {
      Bytes bytes;
      put(bytes, now);
      world_.send(rank, Message::fetch, std::move(bytes));
    }
    world_.wait_until([this] { return outstanding_.load(std::memory_order_acquire) == 0; });
    biases_ = visit_weights(replies_, at_, end, visit);
  }

  void start(Index coordinate, float weight) override { step_.start(coordinate, weight); }

 private:
  World& world_;
  DescentPlan plan_;
  Coordinates at_;
  tbb::global_control threads_;  // one beside the caller's, be there but one core
  tbb::task_arena arena_;
  Wire wire_;
  ShardedStep step_;
  Graph cut_;
  GraphExecutor executor_;
  std::uint64_t steps_ = 0;
  bool asks_to_end_ = false;
  mutable std::vector<float> biases_;  // [outputs] as they were copied last
  std::vector<Bytes> replies_;         // [ranks] written by a recipient, which then counts down
  mutable std::atomic<std::size_t> outstanding_{0};
};

}  // namespace

std::unique_ptr<Descent> make_dataflow(World& world, const DescentPlan& plan,
                                       const Partition& partition, int devices_a_rank,
                                       DistributedObserver& observer) {
  return std::make_unique<Dataflow>(world, plan, partition, devices_a_rank, observer);
}

}  // namespace hogwild
