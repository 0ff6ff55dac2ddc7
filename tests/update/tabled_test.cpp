#include "update/tabled.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "hogwild/core/random.hpp"
#include "learn/lanes.hpp"

namespace hogwild {
namespace {

TEST(SharesOfStart, AreThoseOfEachTouchUntilTheyAreOne) {
  for (const float beta : {0.0f, 0.5f, 0.9f, 0.999f}) {
    const auto shares = shares_of_start(0.5f, beta);
    for (std::size_t t = 1; t < shares.size(); ++t) {
      const auto touches = static_cast<float>(t);
      ASSERT_EQ(shares[t][0], Adam::share_of_start(0.5f, touches)) << t;
      ASSERT_EQ(shares[t][1], Adam::share_of_start(beta, touches)) << beta << ' ' << t;
      ASSERT_NEAR(shares[t][1], 1 - std::pow(static_cast<double>(beta), t), 1e-7);
    }
    EXPECT_EQ(shares.back(), (SharesOfStart{1, 1}));
    EXPECT_EQ(shares_of_start(0.5f, beta).data(), shares.data());
  }
  EXPECT_LE(shares_of_start(0.9f, 0.9999999f).size(), 1u << 18);
}

TEST(SharesOfStart, AreLookedUpWithinTheTable) {
  const TabledAdam rule = tabled(Adam{});
  for (const float touches : {-7.0f, -1.0f, 1e9f, std::numeric_limits<float>::quiet_NaN()}) {
    const auto one = rule.step(Adam::State{.touches = touches}, 1.0f, Step<>{.rate = 0.01f});
    const auto four =
        rule.step(Adam::StateOf<Lanes>{.touches = touches}, Lanes(1), Step<>{.rate = 0.01f});
    EXPECT_EQ(std::isnan(one.weight), touches < 0) << touches;
    for (int lane = 0; lane < 4; ++lane) {
      EXPECT_TRUE(four.weight.floats()[lane] == one.weight || touches < 0) << touches;
    }
  }
}

TEST(TabledAdam, IsAdamToTheLastBit) {
  for (const Adam adam : {Adam{}, Adam{.beta1 = 0, .beta2 = 0.9999999f}}) {
    const TabledAdam rule = tabled(adam);
    Adam::State one{}, other{};
    Random random(4);
    for (int i = 0; i < 100'000; ++i) {
      const auto g = static_cast<float>(random.normal());
      one = adam.step(one, g, Step<>{.rate = 0.01f});
      other = rule.step(other, g, Step<>{.rate = 0.01f});
      ASSERT_EQ(one.weight, other.weight) << i;
    }
  }
}

}  // namespace
}  // namespace hogwild
