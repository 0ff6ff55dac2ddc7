#include "distributed/sharded_step.hpp"

#include <fmt/format.h>
#include <variant>

#include <array>
#include <utility>

#include "objective/switched_loss.hpp"

namespace hogwild {
namespace {

Tensor tensor_of(std::vector<double> numbers) {
  return std::make_shared<const std::vector<double>>(std::move(numbers));
}

// For the plan's rule and penalty.
std::unique_ptr<FeatureShard> make_feature_shard(const DescentPlan& plan, Index begin, Index end) {
  return std::visit(
      [&]<class Rule>(const Rule& rule) -> std::unique_ptr<FeatureShard> {
        return std::make_unique<FeatureShardOf<Rule>>(rule, plan, begin, end);
      },
      plan.rule);
}

}  // namespace

ShardedStep::ShardedStep(const DescentPlan& plan, std::vector<Index> begins,
                         std::vector<int> devices, int first, int end)
    : plan_(plan), at_{plan.features, plan.outputs}, begins_(std::move(begins)) {
  add_operations(devices);
  begins_.push_back(plan.features + 1);  // the bias is the last shard, on the first device
  devices.push_back(0);
  for (std::size_t k = 0; k < devices.size(); ++k) {
    const bool is_here = first <= devices[k] && devices[k] < end;
    shards_.push_back(is_here ? make_feature_shard(plan, begins_[k], begins_[k + 1]) : nullptr);
  }
}

void ShardedStep::add_operations(const std::vector<int>& devices) {
  std::vector<OperationId> partial;
  for (std::size_t k = 0; k < devices.size(); ++k) {
    partial.push_back(graph_.add({.name = fmt::format("margins {}", k),
                                  .device = devices[k],
                                  .compute = [this, k](std::span<const Tensor>) {
                                    return tensor_of(shards_[k]->margins(rows_, pace_));
                                  }}));
  }
  const auto add_up = [this](std::span<const Tensor> parts) {
    std::vector<double> sums = *parts[0];
    for (const Tensor& part : parts.subspan(1)) {
      for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += (*part)[i];
    }
    for (Index output = 0; plan_.bias && output < at_.outputs; ++output) {
      const auto bias = static_cast<double>(shards_.back()->weight(at_.bias(output), pace_));
      for (std::size_t i = output; i < sums.size(); i += at_.outputs) sums[i] += bias;
    }
    return tensor_of(std::move(sums));
  };
  const OperationId margins =
      graph_.add({.name = "margins", .device = 0, .inputs = partial, .compute = add_up});
  const OperationId slopes = graph_.add(
      {.name = "slopes", .device = 0, .inputs = {margins}, .compute = [this](auto inputs) {
         return slopes_of(inputs[0]);
       }});
  for (std::size_t k = 0; k < devices.size(); ++k) {
    graph_.add({.name = fmt::format("step {}", k),
                .device = devices[k],
                .inputs = {slopes},
                .compute = [this, k](std::span<const Tensor> inputs) {
                  shards_[k]->step(rows_, *inputs[0], pace_);
                  asked_.store(inputs[0]->back() != 0, std::memory_order_relaxed);
                  return Tensor();
                }});
  }
  if (!plan_.bias) return;
  graph_.add({.name = "step bias",
              .device = 0,
              .inputs = {slopes},
              .compute = [this](std::span<const Tensor> inputs) {
                // The bias is the weight of a feature that is 1 in every row.
                const std::array<Index, 1> at{plan_.features};
                std::vector<SparseRow> ones;
                for (const SparseRow& row : rows_) ones.push_back({at, {}, row.label, row.weight});
                shards_.back()->step(ones, *inputs[0], pace_);
                return Tensor();
              }});
}

Tensor ShardedStep::slopes_of(const Tensor& margins) {
  const SwitchedLoss loss(plan_.loss);
  loss_ = {};
  const std::size_t outputs = at_.outputs;
  std::vector<double> slopes(rows_.size() * outputs + 1);
  slopes.back() = asks_to_end_ ? 1 : 0;
  for (std::size_t i = 0; i < rows_.size(); ++i) {
    const SparseRow& row = rows_[i];
    loss_.loss += loss.take_weighted(std::span(&(*margins)[i * outputs], outputs), row.label,
                                     row.weight, std::span(&slopes[i * outputs], outputs));
    loss_.weight += static_cast<double>(row.weight);
  }
  return tensor_of(std::move(slopes));
}

void ShardedStep::take(std::span<const SparseRow> rows, const Pace& pace, bool asks_to_end) {
  rows_ = rows;
  pace_ = pace;
  asks_to_end_ = asks_to_end;
  loss_ = {};
}

void ShardedStep::for_each_weight(const Pace& now,
                                  const std::function<void(Index, float)>& f) const {
  for (std::size_t k = 0; k < shards_.size(); ++k) {
    for (Index j = at_.weight(begins_[k]); shards_[k] && j < at_.weight(begins_[k + 1]); ++j) {
      if (const float weight = shards_[k]->weight(j, now); weight != 0) f(j, weight);
    }
  }
}

void ShardedStep::start(Index coordinate, float weight) {
  const Index feature = coordinate / at_.outputs;
  for (std::size_t k = 0; k < shards_.size(); ++k) {
    if (shards_[k] && begins_[k] <= feature && feature < begins_[k + 1]) {
      shards_[k]->start(coordinate, weight);
    }
  }
}

}  // namespace hogwild
