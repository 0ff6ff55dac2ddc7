#include "parallel/placement.hpp"

#include <gtest/gtest.h>

#include "hogwild/update/adagrad.hpp"
#include "parallel/thread_team.hpp"

namespace hogwild {
namespace {

using State = Adagrad::State;

template <class Placement>
class EveryPlacement : public testing::Test {};
using Placements =
    testing::Types<SharedState<State, RacyLanding>, SharedState<State, AtomicLanding>,
                   SharedState<State, ChosenLanding>, PerThreadState<State, ChosenLanding>>;
TYPED_TEST_SUITE(EveryPlacement, Placements);

State stepped(State s) {
  return {s.weight + 1, s.squares + 2};
}

TYPED_TEST(EveryPlacement, StartsAtZeroAndKeepsSteps) {
  TypeParam placement(ArrayPlan{.coordinates = 100});
  auto view = placement.view(0);
  for (Index j = 0; j < 100; ++j) EXPECT_EQ(view.weight(j), 0);
  for (int i = 0; i < 3; ++i) view.update(7, stepped);
  EXPECT_EQ(view.weight(7), 3);
  EXPECT_EQ(view.state(7).squares, 6);
  EXPECT_EQ(placement.state(7).weight, 3);
  EXPECT_EQ(placement.state(8).weight, 0);
}

// Each worker steps every coordinate once a round.
template <class Placement>
void step_all(Placement& placement, int workers, int rounds) {
  ThreadTeam team(workers);
  team.run([&](int worker) {
    auto view = placement.view(worker);
    for (int i = 0; i < rounds; ++i) {
      for (Index j = 0; j < 8; ++j) view.update(j, stepped);
    }
  });
}

template <class Placement>
void expect_no_step_lost() {
  for (const int workers : {1, 2, 4}) {
    Placement placement(ArrayPlan{.coordinates = 8, .workers = workers, .racy = false});
    step_all(placement, workers, 20'000);
    for (Index j = 0; j < 8; ++j) EXPECT_EQ(placement.state(j).weight, 20'000.0f * workers);
  }
}

TEST(Placement, AtomicLosesNoStep) {
  expect_no_step_lost<SharedState<State, AtomicLanding>>();
  expect_no_step_lost<SharedState<State, ChosenLanding>>();
  expect_no_step_lost<PerThreadState<State, ChosenLanding>>();
}

TEST(Placement, RacyLosesNothingAloneAndInventsNothingTogether) {
  for (const int workers : {1, 2, 4}) {
    SharedState<State, RacyLanding> placement(ArrayPlan{.coordinates = 8, .workers = workers});
    step_all(placement, workers, 20'000);
    for (Index j = 0; j < 8; ++j) {
      const State state = placement.view(0).state(j);
      EXPECT_LE(state.weight, 20'000.0f * workers);
      EXPECT_GE(state.weight, 1);
      EXPECT_EQ(state.squares, 2 * state.weight);  // one word: the two never part
      if (workers == 1) {
        EXPECT_EQ(state.weight, 20'000);
      }
    }
  }
}

TEST(Placement, PerThreadStateIsEachWorkersOwn) {
  PerThreadState<State, ChosenLanding> placement(ArrayPlan{.coordinates = 1, .workers = 2});
  placement.view(0).update(0, stepped);
  placement.view(1).update(0, stepped);
  placement.view(1).update(0, stepped);
  EXPECT_EQ(placement.state(0).weight, 3);  // shared
  EXPECT_EQ(placement.view(0).state(0).squares, 2);
  EXPECT_EQ(placement.view(1).state(0).squares, 4);
}

}  // namespace
}  // namespace hogwild
