#include "update/tabled.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

TEST(SharesOfStart, AreThoseOfEachTouchUntilTheyAreOne) {
  for (const float beta : {0.0f, 0.5f, 0.9f, 0.999f}) {
    const auto shares = shares_of_start(beta);
    for (std::size_t t = 1; t < shares.size(); ++t) {
      ASSERT_EQ(shares[t], Adam::share_of_start(beta, static_cast<float>(t))) << beta << ' ' << t;
      ASSERT_NEAR(shares[t], 1 - std::pow(static_cast<double>(beta), t), 1e-7);
    }
    EXPECT_EQ(shares.back(), 1);
    EXPECT_EQ(shares_of_start(beta).data(), shares.data());
  }
  EXPECT_LE(shares_of_start(0.9999999f).size(), 1u << 16);
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
