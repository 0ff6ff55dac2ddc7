#include "learn/lanes.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "hogwild/core/random.hpp"
#include "hogwild/update/adagrad.hpp"
#include "parallel/cell.hpp"

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

TEST(Lanes, AddUp) {
  const std::array<float, 4> numbers{1, 20, 300, 4000};
  EXPECT_EQ(Lanes::of(numbers.data(), Count<4>()).sum(), 4321);
}

TEST(Lanes, BeyondTheCountAreZero) {
  const std::array<float, 4> numbers{1, 2, 3, 4};
  EXPECT_EQ(lanes_of(Lanes::of(numbers.data(), Count<1>())), (std::array<float, 4>{1, 0, 0, 0}));
  EXPECT_EQ(lanes_of(Lanes::of(numbers.data(), Count<3>())), (std::array<float, 4>{1, 2, 3, 0}));
}

template <std::size_t kCount>
void expect_steps_of_single_coordinates() {
  const Adagrad rule;
  const Step<> step{.rate = 0.1f};
  const std::array<std::size_t, 4> at{5, 1, 7, 2};
  std::array<Cell<Adagrad::State>, 8> abreast{};
  std::array<Adagrad::State, 8> single;
  for (std::size_t j = 0; j < 8; ++j) {
    const auto x = static_cast<float>(j);
    single[j] = {x / 3, x / 7};
    abreast[j].store(single[j]);
  }
  const std::array<float, 4> gradients{0.5f, -2, 1e-3f, 4};
  CellsOf<Adagrad, kCount> cells;
  for (std::size_t i = 0; i < kCount; ++i) cells[i] = &abreast[at[i]];
  StatesAbreast<Adagrad> states(cells);
  const auto weights = lanes_of(states.weights());
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(weights[i], i < kCount ? single[at[i]].weight : 0) << kCount << ' ' << i;
  }
  states.step(rule, Lanes::of(gradients.data(), Count<kCount>()), step);
  states.store(cells);
  for (std::size_t i = 0; i < kCount; ++i) {
    single[at[i]] = rule.step(single[at[i]], gradients[i], step);
  }
  for (std::size_t j = 0; j < 8; ++j) {
    EXPECT_EQ(abreast[j].load().weight, single[j].weight) << kCount << ' ' << j;
    EXPECT_EQ(abreast[j].load().squares, single[j].squares) << kCount << ' ' << j;
  }
}

TEST(StatesAbreast, StepAsSingleOnesDoAndTouchNoOther) {
  expect_steps_of_single_coordinates<1>();
  expect_steps_of_single_coordinates<2>();
  expect_steps_of_single_coordinates<3>();
  expect_steps_of_single_coordinates<4>();
}

}  // namespace
}  // namespace hogwild
