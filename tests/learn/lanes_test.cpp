#include "learn/lanes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <type_traits>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/random.hpp"
#include "hogwild/update/update_rule.hpp"
#include "parallel/cell.hpp"
#include "update/adaptors.hpp"
#include "update/tabled.hpp"

namespace hogwild {
namespace {

std::array<float, 4> lanes_of(Lanes lanes) {
  const auto floats = lanes.floats();
  return {floats[0], floats[1], floats[2], floats[3]};
}

TEST(Lanes, ComputeWhatFloatsDoToTheLastBit) {
  Random random(3);
  for (int round = 0; round < 1000; ++round) {
    std::array<float, 4> a, b;
    for (int i = 0; i < 4; ++i) {
      a[i] = static_cast<float>(random.normal());
      b[i] = static_cast<float>(random.normal());
    }
    const Lanes x = Lanes::of(a.data(), Count<4>()), y = Lanes::of(b.data(), Count<4>());
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(lanes_of(x + y)[i], a[i] + b[i]);
      EXPECT_EQ(lanes_of(x - y)[i], a[i] - b[i]);
      EXPECT_EQ(lanes_of(x * y)[i], a[i] * b[i]);
      EXPECT_EQ(lanes_of(x / y)[i], a[i] / b[i]);
      EXPECT_EQ(lanes_of(sqrt(x * x))[i], std::sqrt(a[i] * a[i]));
      EXPECT_EQ(lanes_of(min(x, y))[i], std::min(a[i], b[i]));
    }
  }
}

TEST(Lanes, KeepWhatIsNotANumber) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(std::isnan(lanes_of(min(Lanes(nan), Lanes(1)))[2]));
}

TEST(Lanes, BeyondTheCountAreZero) {
  const std::array<float, 4> numbers{1, 2, 3, 4};
  EXPECT_EQ(lanes_of(Lanes::of(numbers.data(), Count<1>())), (std::array<float, 4>{1, 0, 0, 0}));
  EXPECT_EQ(lanes_of(Lanes::of(numbers.data(), Count<3>())), (std::array<float, 4>{1, 2, 3, 0}));
}

template <class State>
auto numbers_of(const State& state) {
  return std::bit_cast<std::array<float, sizeof(State) / sizeof(float)>>(state);
}

template <class Rule, std::size_t kCount>
void expect_steps_of_single_coordinates(const Rule& rule) {
  using State = typename Rule::State;
  const Step<> step{.rate = 0.1f, .time = 7};
  const std::array<std::size_t, 4> at{5, 1, 7, 2};
  std::array<Cell<State>, 8> abreast{};
  std::array<State, 8> single;
  for (std::size_t j = 0; j < 8; ++j) {
    auto numbers = numbers_of(single[j]);
    for (std::size_t k = 0; k < numbers.size(); ++k) {
      numbers[k] = static_cast<float>(j * j) / static_cast<float>(3 + k);
    }
    numbers.back() = static_cast<float>(j * j * j * 90);  // adam's touches
    single[j] = std::bit_cast<State>(numbers);
    abreast[j].store(single[j]);
  }
  const std::array<float, 4> gradients{0.5f, -2, 1e-3f, 4};
  CellsOf<Rule, kCount> cells;
  for (std::size_t i = 0; i < kCount; ++i) cells[i] = &abreast[at[i]];
  StatesAbreast<Rule> states(cells);
  const auto weights = lanes_of(states.weights(rule, step));
  for (std::size_t i = 0; i < 4; ++i) {
    const float weight = i < kCount ? lookahead_of(rule, single[at[i]], step) : 0;
    EXPECT_EQ(weights[i], weight) << rule.kName << ' ' << kCount << ' ' << i;
  }
  states.step(rule, Lanes::of(gradients.data(), Count<kCount>()), step);
  states.store(cells);
  for (std::size_t i = 0; i < kCount; ++i) {
    single[at[i]] = rule.step(single[at[i]], gradients[i], step);
  }
  for (std::size_t j = 0; j < 8; ++j) {
    EXPECT_EQ(numbers_of(abreast[j].load()), numbers_of(single[j]))
        << rule.kName << ' ' << kCount << ' ' << j;
  }
}

// Whether the rule has lanes.
template <class Rule>
bool steps_as_single_coordinates(const Rule& rule) {
  if constexpr (HasLanes<Rule>) {
    expect_steps_of_single_coordinates<Rule, 1>(rule);
    expect_steps_of_single_coordinates<Rule, 2>(rule);
    expect_steps_of_single_coordinates<Rule, 3>(rule);
    expect_steps_of_single_coordinates<Rule, 4>(rule);
  }
  return HasLanes<Rule>;
}

TEST(StatesAbreast, StepAsSingleOnesDoAndTouchNoOther) {
  int rules = 0, averaged = 0;
  for_each_alternative<AnyUpdateRule>([&](auto asked) {
    const auto rule = tabled(asked);
    using Rule = std::remove_const_t<decltype(rule)>;
    rules += steps_as_single_coordinates(rule) ? 1 : 0;
    averaged += steps_as_single_coordinates(Averaged<Rule>{rule}) ? 1 : 0;
  });
  EXPECT_EQ(rules, 8);     // all but sgd, whose state is a weight, and adaptive_revision
  EXPECT_EQ(averaged, 6);  // of sgd and of rules with two numbers: more than four have no lanes
}

}  // namespace
}  // namespace hogwild
