#include "distributed/graph_executor.hpp"

#include <tbb/flow_graph.h>

#include <deque>

namespace hogwild {

void Rendezvous::receive(std::uint64_t step, std::size_t transfer,
                         std::function<void(Tensor)> take) {
  std::unique_lock lock(mutex_);
  auto here = here_.extract(Key{step, transfer});
  if (!here) return void(awaited_.emplace(Key{step, transfer}, std::move(take)));
  lock.unlock();
  take(std::move(here.mapped()));
}

void Rendezvous::arrive(std::uint64_t step, std::size_t transfer, Tensor tensor) {
  std::unique_lock lock(mutex_);
  const auto awaited = awaited_.extract(Key{step, transfer});
  if (!awaited) return void(here_.emplace(Key{step, transfer}, std::move(tensor)));
  lock.unlock();
  awaited.mapped()(std::move(tensor));
}

class GraphExecutor::Flow {
  using Signal = tbb::flow::continue_msg;
  using Node = tbb::flow::continue_node<Signal>;

 public:
  Flow(const Graph& graph, int first_device, int end_device, Rendezvous& rendezvous)
      : rendezvous_(rendezvous), tensors_(graph.operations().size()), start_(flow_) {
    std::vector<Node*> nodes(graph.operations().size());
    for (OperationId id = 0; id < graph.operations().size(); ++id) {
      const Operation& operation = graph[id];
      if (operation.device < first_device || operation.device >= end_device) continue;
      if (operation.kind == Operation::Kind::receive) {
        // Nothing to do but to let its successors run, once it is told that the tensor is here.
        nodes[id] = &nodes_.emplace_back(flow_, 1, [](const Signal&) {});
        receives_.push_back({id, operation.transfer, nodes[id]});
        continue;
      }
      nodes[id] = &nodes_.emplace_back(
          flow_, [this, id, &operation](const Signal&) { run(id, operation); });
      for (const OperationId input : operation.inputs) {
        tbb::flow::make_edge(*nodes[input], *nodes[id]);
      }
      if (operation.inputs.empty()) tbb::flow::make_edge(start_, *nodes[id]);
    }
  }

  void run(std::uint64_t step) {
    step_ = step;
    for (const Receive& receive : receives_) {
      flow_.reserve_wait();
      rendezvous_.receive(step, receive.transfer, [this, &receive](Tensor tensor) {
        tensors_[receive.id] = std::move(tensor);
        receive.node->try_put(Signal());
        flow_.release_wait();
      });
    }
    start_.try_put(Signal());
    flow_.wait_for_all();
  }

 private:
  struct Receive {
    OperationId id;
    std::size_t transfer;
    Node* node;
  };

  void run(OperationId id, const Operation& operation) {
    if (operation.kind == Operation::Kind::send) {
      rendezvous_.send(operation.peer, step_, operation.transfer, tensors_[operation.inputs[0]]);
      return;
    }
    std::vector<Tensor> inputs;
    for (const OperationId input : operation.inputs) inputs.push_back(tensors_[input]);
    tensors_[id] = operation.compute(inputs);
  }

  Rendezvous& rendezvous_;
  std::uint64_t step_ = 0;
  std::vector<Tensor> tensors_;  // [operations]
  tbb::flow::graph flow_;
  tbb::flow::broadcast_node<Signal> start_;
  std::deque<Node> nodes_;  // which stay where they are
  std::vector<Receive> receives_;
};

GraphExecutor::GraphExecutor(const Graph& graph, int first_device, int end_device,
                             Rendezvous& rendezvous)
    : flow_(std::make_unique<Flow>(graph, first_device, end_device, rendezvous)) {}

GraphExecutor::~GraphExecutor() = default;

void GraphExecutor::run(std::uint64_t step) {
  flow_->run(step);
}

}  // namespace hogwild
