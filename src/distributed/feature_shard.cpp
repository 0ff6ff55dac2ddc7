#include "distributed/feature_shard.hpp"

#include <variant>

namespace hogwild {

std::unique_ptr<FeatureShard> make_feature_shard(const DescentPlan& plan, Index begin, Index end) {
  return std::visit(
      [&]<class Rule>(const Rule& rule) -> std::unique_ptr<FeatureShard> {
        return std::make_unique<FeatureShardOf<Rule>>(rule, plan, begin, end);
      },
      plan.rule);
}

}  // namespace hogwild
