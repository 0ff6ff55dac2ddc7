#include "distributed/graph.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <future>
#include <numeric>

#include "distributed/graph_executor.hpp"
#include "distributed/sharded_step.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

// Of devices that are all in one process.
class LocalRendezvous final : public Rendezvous {
 public:
  void send(int /*device*/, std::uint64_t step, std::size_t transfer, Tensor tensor) override {
    arrive(step, transfer, std::move(tensor));
  }
};

// Pairs of a send and a receive.
std::size_t transfers(const Graph& graph) {
  return static_cast<std::size_t>(
      std::ranges::count(graph.operations(), Operation::Kind::send, &Operation::kind));
}

Tensor number(double value) {
  return std::make_shared<const std::vector<double>>(1, value);
}

// (1 + 2) on one device, its square and its double on another, their sum on the first.
Graph arithmetic(int other) {
  Graph graph;
  const auto constant = [&](double value) {
    return graph.add({.name = "constant", .compute = [value](auto) { return number(value); }});
  };
  const auto one = constant(1), two = constant(2);
  const auto sum = graph.add({.name = "sum", .inputs = {one, two}, .compute = [](auto in) {
                                return number(in[0]->at(0) + in[1]->at(0));
                              }});
  const auto square =
      graph.add({.name = "square", .device = other, .inputs = {sum}, .compute = [](auto in) {
                   return number(in[0]->at(0) * in[0]->at(0));
                 }});
  const auto twice =
      graph.add({.name = "twice", .device = other, .inputs = {sum}, .compute = [](auto in) {
                   return number(2 * in[0]->at(0));
                 }});
  graph.add({.name = "all", .inputs = {square, twice}, .compute = [](auto in) {
               return number(in[0]->at(0) + in[1]->at(0));
             }});
  return graph;
}

// Runs a graph with an operation at its end that tells what it was given.
double result_of(Graph graph, std::uint64_t steps = 1) {
  const OperationId last = graph.operations().size() - 1;
  double result = 0;
  graph.add({.name = "tell", .inputs = {last}, .compute = [&](auto in) {
               result = in[0]->at(0);
               return Tensor();
             }});
  const Graph cut = partitioned(graph);
  LocalRendezvous rendezvous;
  GraphExecutor executor(cut, 0, 8, rendezvous);
  for (std::uint64_t step = 0; step < steps; ++step) executor.run(step);
  return result;
}

TEST(Graph, IsCutOnceForEachTensorAndDeviceHoweverManyTakeIt) {
  EXPECT_EQ(transfers(partitioned(arithmetic(0))), 0u);
  const Graph cut = partitioned(arithmetic(1));
  EXPECT_EQ(transfers(cut), 3u);  // the sum goes there once for two; two results come back
  for (const Operation& operation : cut.operations()) {
    for (const OperationId input : operation.inputs) {
      EXPECT_EQ(cut[input].device, operation.device) << operation.name;
    }
  }
}

TEST(Graph, GivesTheSameCutOrWhole) {
  EXPECT_EQ(result_of(arithmetic(0)), 15);
  EXPECT_EQ(result_of(arithmetic(1)), 15);
  EXPECT_EQ(result_of(arithmetic(1), 1000), 15);
}

TEST(Graph, ProcessesOfTheirOwnMeetInTransfersAlone) {
  const Graph cut = partitioned(arithmetic(1));
  LocalRendezvous rendezvous;
  GraphExecutor first(cut, 0, 1, rendezvous), second(cut, 1, 2, rendezvous);
  for (std::uint64_t step = 0; step < 200; ++step) {
    auto other = std::async(std::launch::async, [&] { second.run(step); });
    first.run(step);
    other.get();
  }
}

TEST(Graph, IsDrawnWithItsDevicesAndTransfers) {
  const std::string text = dot(partitioned(arithmetic(1)));
  EXPECT_NE(text.find("label=\"device 1\""), std::string::npos);
  EXPECT_NE(text.find("label=\"send sum\""), std::string::npos);
  EXPECT_EQ(text.find("send sum", text.find("send sum") + 1), std::string::npos);
  EXPECT_NE(text.find("style=dashed"), std::string::npos);
}

class ShardedSteps : public testing::TestWithParam<int> {
 protected:
  // Weights after some steps with four shards on so many devices, and the losses' sum.
  std::pair<std::map<Index, float>, double> learnt(int devices) const {
    const Dataset data = test::random_rows(120, 40, 0.3, false);
    const int shards = 4;
    std::vector<Index> begins{0, 7, 20, 33, 40};
    std::vector<int> placed;
    for (int k = 0; k < shards; ++k) placed.push_back(k * devices / shards);
    DescentPlan plan;
    plan.features = 40;
    plan.rule = Adagrad{};
    ShardedStep step(plan, begins, placed, 0, devices);
    const Graph cut = partitioned(step.graph());
    // Two tensors for each shard that is not where the loss is, the slopes once a device.
    const auto elsewhere = std::ranges::count_if(placed, [](int device) { return device != 0; });
    EXPECT_EQ(transfers(cut), static_cast<std::size_t>(elsewhere + devices - 1));
    LocalRendezvous rendezvous;
    GraphExecutor executor(cut, 0, devices, rendezvous);
    double loss = 0;
    std::vector<SparseRow> rows;
    for (Offset i = 0; i < data.rows(); ++i) rows.push_back(data.row(i));
    for (std::uint64_t k = 0; k < 12; ++k) {
      step.take(std::span(rows).subspan(10 * k, 10), {.rate = 0.1f});
      executor.run(k);
      loss += step.loss().loss;
    }
    std::map<Index, float> weights;
    step.for_each_weight({.rate = 0.1f}, [&](Index j, float weight) { weights[j] = weight; });
    return {weights, loss};
  }
};

TEST_P(ShardedSteps, GiveTheSameBitsWhereverTheShardsAre) {
  const auto whole = learnt(1);
  EXPECT_EQ(whole.first.size(), 41u);
  EXPECT_EQ(learnt(GetParam()), whole);
}

INSTANTIATE_TEST_SUITE_P(Devices, ShardedSteps, testing::Values(1, 2, 4));

}  // namespace
}  // namespace hogwild
