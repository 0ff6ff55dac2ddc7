// A training step as a dataflow graph: operations whose tensors flow along edges, each operation
// placed on a device; and the cutting of the graph at devices' borders.
// Source: Abadi et al., "TensorFlow: large-scale machine learning on heterogeneous distributed
// systems", 2015, sections 3.2 and 3.3.
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace hogwild {

/// What an operation makes; shared by all who take it, and never changed.
using Tensor = std::shared_ptr<const std::vector<double>>;

/// Number of an operation in its graph.
using OperationId = std::size_t;

struct Operation {
  enum class Kind { compute, send, receive };

  std::string name;
  int device = 0;
  std::vector<OperationId> inputs{};  ///< whose tensors it takes, in that order
  std::function<Tensor(std::span<const Tensor>)> compute{};  ///< of Kind::compute
  Kind kind = Kind::compute;
  std::size_t transfer = 0;  ///< of the others: the number that a send and its receive share
  int peer = 0;              ///< of the others: the device at the other end
};

/// Operations in an order in which each comes after its inputs.
class Graph {
 public:
  /// REQUIRES: the inputs are in the graph.
  OperationId add(Operation operation);

  const std::vector<Operation>& operations() const noexcept { return operations_; }
  const Operation& operator[](OperationId id) const noexcept { return operations_[id]; }

 private:
  std::vector<Operation> operations_;
};

/// The same graph with no edge from one device to another: where a tensor is taken on a device that
/// does not make it, it is sent there, once, and all who take it there take it from one receive.
/// Devices wait for each other in these pairs and nowhere else.
Graph partitioned(const Graph& graph);

/// The graph in the DOT language, a cluster a device; sends and receives are joined by dashed
/// edges.
std::string dot(const Graph& graph);

}  // namespace hogwild
