#include "distributed/feature_shard.hpp"

#include <variant>

namespace hogwild {

std::unique_ptr<FeatureShard> make_feature_shard(const AnyUpdateRule& any, Index begin, Index end) {
  return std::visit(
      [&]<class Rule>(const Rule& rule) -> std::unique_ptr<FeatureShard> {
        return std::make_unique<FeatureShardOf<Rule>>(rule, begin, end);
      },
      any);
}

}  // namespace hogwild
