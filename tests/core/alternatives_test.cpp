#include "hogwild/core/alternatives.hpp"

#include <gtest/gtest.h>

#include <set>

#include "hogwild/objective/loss.hpp"
#include "hogwild/update/schedule.hpp"
#include "hogwild/update/update_rule.hpp"

namespace hogwild {
namespace {

template <class Variant>
class Alternatives : public testing::Test {};
using Registries = testing::Types<AnyLoss, AnyUpdateRule, AnySchedule>;
TYPED_TEST_SUITE(Alternatives, Registries);

TYPED_TEST(Alternatives, NamesAreUniqueAndLeadBackToTheirAlternative) {
  std::set<std::string_view> seen;
  for (const std::string_view name : kNamesOf<TypeParam>) {
    EXPECT_TRUE(seen.insert(name).second) << name;
    const auto found = alternative_named<TypeParam>(name);
    ASSERT_TRUE(found.has_value()) << name;
    EXPECT_EQ(name_of(*found), name);
  }
  EXPECT_EQ(seen.size(), std::variant_size_v<TypeParam>);
}

TYPED_TEST(Alternatives, AnUnknownNameLeadsNowhere) {
  EXPECT_FALSE(alternative_named<TypeParam>("").has_value());
  EXPECT_FALSE(alternative_named<TypeParam>("no such thing").has_value());
}

}  // namespace
}  // namespace hogwild
