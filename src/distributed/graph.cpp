#include "distributed/graph.hpp"

#include <fmt/format.h>

#include <iterator>
#include <map>
#include <set>
#include <utility>

namespace hogwild {

OperationId Graph::add(Operation operation) {
  operations_.push_back(std::move(operation));
  return operations_.size() - 1;
}

Graph partitioned(const Graph& graph) {
  Graph cut;
  std::vector<OperationId> moved;  // [operations of the graph] in the cut one
  std::map<std::pair<OperationId, int>, OperationId> received;  // of a tensor on a device
  std::size_t transfers = 0;
  for (const Operation& whole : graph.operations()) {
    Operation operation = whole;
    for (OperationId& input : operation.inputs) {
      const Operation& source = graph[input];
      const OperationId at_source = moved[input];
      if (source.device == operation.device) {
        input = at_source;
        continue;
      }
      const auto [found, is_new] = received.try_emplace({input, operation.device}, OperationId{});
      if (is_new) {
        cut.add({.name = "send " + source.name,
                 .device = source.device,
                 .inputs = {at_source},
                 .kind = Operation::Kind::send,
                 .transfer = transfers,
                 .peer = operation.device});
        found->second = cut.add({.name = "receive " + source.name,
                                 .device = operation.device,
                                 .kind = Operation::Kind::receive,
                                 .transfer = transfers,
                                 .peer = source.device});
        ++transfers;
      }
      input = found->second;
    }
    moved.push_back(cut.add(std::move(operation)));
  }
  return cut;
}

std::string dot(const Graph& graph) {
  std::string text = "digraph step {\n  rankdir=LR;\n  node [shape=box];\n";
  const auto out = std::back_inserter(text);
  std::set<int> devices;
  for (const Operation& operation : graph.operations()) devices.insert(operation.device);
  for (const int device : devices) {
    fmt::format_to(out, "  subgraph cluster_{0} {{\n    label=\"device {0}\";\n", device);
    for (OperationId id = 0; id < graph.operations().size(); ++id) {
      if (graph[id].device != device) continue;
      const bool is_transfer = graph[id].kind != Operation::Kind::compute;
      fmt::format_to(out, "    n{} [label=\"{}\"{}];\n", id, graph[id].name,
                     is_transfer ? ", shape=cds" : "");
    }
    text += "  }\n";
  }
  std::map<std::size_t, OperationId> sends;
  for (OperationId id = 0; id < graph.operations().size(); ++id) {
    for (const OperationId input : graph[id].inputs)
      fmt::format_to(out, "  n{} -> n{};\n", input, id);
    if (graph[id].kind == Operation::Kind::send) sends[graph[id].transfer] = id;
    if (graph[id].kind == Operation::Kind::receive) {
      fmt::format_to(out, "  n{} -> n{} [style=dashed];\n", sends[graph[id].transfer], id);
    }
  }
  return text + "}\n";
}

}  // namespace hogwild
