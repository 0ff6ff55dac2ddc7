// Runs a partitioned graph: on oneTBB's flow graph where its devices are, by a rendezvous between.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>

#include "distributed/graph.hpp"

namespace hogwild {

/// Where a send's tensor meets the receive that asks for it, whichever comes first.
/// Thread safety: any threads at once.
class Rendezvous {
 public:
  virtual ~Rendezvous() = default;

  /// A transfer's tensor of a step, on its way to a device.
  virtual void send(int device, std::uint64_t step, std::size_t transfer, Tensor tensor) = 0;

  /// take(tensor) is called once, on some thread, when it is here: at once if it is already.
  void receive(std::uint64_t step, std::size_t transfer, std::function<void(Tensor)> take);

 protected:
  /// A tensor has come.
  void arrive(std::uint64_t step, std::size_t transfer, Tensor tensor);

 private:
  using Key = std::pair<std::uint64_t, std::size_t>;

  std::mutex mutex_;
  std::map<Key, Tensor> here_;
  std::map<Key, std::function<void(Tensor)>> awaited_;
};

/// Invariants:
///  1. An operation runs once a step, after its inputs; its tensor is written by it alone and read
///     by those that the flow graph lets run after it.
///  2. A device waits for another in a receive and nowhere else; while it waits, other operations
///     run.
class GraphExecutor {
 public:
  /// Of the operations on devices from first_device to below end_device. REQUIRES: the graph is
  /// partitioned, and outlives this, as does the rendezvous.
  GraphExecutor(const Graph& graph, int first_device, int end_device, Rendezvous& rendezvous);
  ~GraphExecutor();
  GraphExecutor(const GraphExecutor&) = delete;
  GraphExecutor& operator=(const GraphExecutor&) = delete;

  /// Runs the graph once, on the calling thread and others of its arena. Steps are run one by one,
  /// with the same numbers by all processes. REQUIRES: operations do not throw; other devices would
  /// wait for what comes of them.
  void run(std::uint64_t step);

 private:
  class Flow;
  std::unique_ptr<Flow> flow_;
};

}  // namespace hogwild
