#include "distributed/dataflow.hpp"

#include <tbb/global_control.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <atomic>
#include <utility>
#include <vector>

#include "distributed/graph_executor.hpp"
#include "distributed/packet.hpp"
#include "distributed/rows_packet.hpp"
#include "distributed/sharded_step.hpp"
#include "hogwild/core/error.hpp"

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

/// Tensors between ranks, as messages.
class Dataflow::Wire final : public Rendezvous {
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

struct Dataflow::Parts {
  Parts(World& world, const DescentPlan& plan, const Partition& partition, int devices_a_rank)
      : plan(plan),
        threads(tbb::global_control::max_allowed_parallelism,
                static_cast<std::size_t>(std::max(2, devices_a_rank))),
        arena(std::max(2, devices_a_rank)),
        wire(world, devices_a_rank),
        step(plan, begins_of(partition, devices_a_rank), devices_of(partition, devices_a_rank),
             world.rank() * devices_a_rank, (world.rank() + 1) * devices_a_rank),
        cut(partitioned(step.graph())),
        executor(cut, world.rank() * devices_a_rank, (world.rank() + 1) * devices_a_rank, wire),
        replies(static_cast<std::size_t>(world.size())) {}

  // Each rank's range in as many ranges as it has devices.
  static std::vector<Index> begins_of(const Partition& partition, int devices) {
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
  static std::vector<int> devices_of(const Partition& partition, int devices) {
    std::vector<int> of_shards(partition.servers() * static_cast<std::size_t>(devices));
    for (std::size_t k = 0; k < of_shards.size(); ++k) of_shards[k] = static_cast<int>(k);
    return of_shards;
  }

  DescentPlan plan;
  tbb::global_control threads;  // one beside the caller's, be there but one core
  tbb::task_arena arena;
  Wire wire;
  ShardedStep step;
  Graph cut;
  GraphExecutor executor;
  std::uint64_t steps = 0;
  bool asks_to_end = false;
  std::vector<float> biases = std::vector<float>(plan.outputs);  // as they were copied last
  std::vector<Bytes> replies;  // [ranks] written by a recipient, which then counts down
  std::atomic<std::size_t> outstanding{0};
};

Dataflow::Dataflow(World& world, const DescentPlan& plan, const Partition& partition,
                   int devices_a_rank)
    : world_(world), parts_(std::make_unique<Parts>(world, plan, partition, devices_a_rank)) {
  world_.deliver(Message::fetch, [this](int from, std::span<const char> bytes) {
    Bytes weights;
    parts_->step.for_each_weight(Unpacking(bytes).take<Pace>(), [&](Index j, float weight) {
      put(weights, j);
      put(weights, weight);
    });
    world_.send(from, Message::values, std::move(weights));
  });
  world_.deliver(Message::values, [this](int from, std::span<const char> bytes) {
    parts_->replies[static_cast<std::size_t>(from)].assign(bytes.begin(), bytes.end());
    parts_->outstanding.fetch_sub(1, std::memory_order_release);
  });
  world_.barrier();
}

Dataflow::~Dataflow() {
  world_.deliver(Message::fetch, {});
  world_.deliver(Message::values, {});
}

LossSum Dataflow::learn(int /*worker*/, std::span<const SparseRow> rows, Pace pace) {
  LossSum total;
  while (!rows.empty()) {
    const auto batch = rows.first(std::min(parts_->plan.batch, rows.size()));
    rows = rows.subspan(batch.size());
    parts_->step.take(batch, pace, parts_->asks_to_end);
    parts_->arena.execute([this] { parts_->executor.run(parts_->steps); });
    ++parts_->steps;
    ++pace.time;
    total.loss += parts_->step.loss().loss;
    total.weight += parts_->step.loss().weight;
  }
  return total;
}

bool Dataflow::ends(bool asked) {
  if (parts_->step.is_asked_to_end()) return true;
  parts_->asks_to_end = asked && world_.is_first();
  return false;
}

float Dataflow::weight(Index coordinate, Pace) const {
  return parts_->biases[coordinate - parts_->plan.features * parts_->plan.outputs];
}

void Dataflow::each_weight(std::size_t end, Pace now, const WeightVisitor& visit) const {
  parts_->outstanding.store(parts_->replies.size(), std::memory_order_relaxed);
  for (int rank = 0; rank < world_.size(); ++rank) {
    Bytes bytes;
    put(bytes, now);
    world_.send(rank, Message::fetch, std::move(bytes));
  }
  world_.wait_until([&] { return parts_->outstanding.load(std::memory_order_acquire) == 0; });
  std::ranges::fill(parts_->biases, 0.0f);
  const Index biases_at = parts_->plan.features * parts_->plan.outputs;
  for (const Bytes& reply : parts_->replies) {
    for (Unpacking values(reply); values.left() > 0;) {
      const auto coordinate = values.take<Index>();
      const auto weight = values.take<float>();
      if (coordinate < biases_at) {
        if (coordinate < end) visit(coordinate, {&weight, 1});
      } else {
        parts_->biases[coordinate - biases_at] = weight;
      }
    }
  }
}

void Dataflow::start(Index coordinate, float weight) {
  parts_->step.start(coordinate, weight);
}

std::string Dataflow::graph_as_dot() const {
  return dot(parts_->step.graph());
}

std::string Dataflow::cut_graph_as_dot() const {
  return dot(parts_->cut);
}

}  // namespace hogwild
