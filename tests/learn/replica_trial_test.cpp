#include "learn/replica_trial.hpp"

#include <gtest/gtest.h>

namespace hogwild {
namespace {

TEST(ReplicaTrial, TriesBothWaysThenTakesTheFasterAndLooksAgain) {
  for (const bool faster : {false, true}) {
    ReplicaTrial trial(1);
    int with = 0;
    for (int block = 0; block < 16; ++block) {
      const auto turn = trial.next();
      with += turn.replicas;
      trial.note(turn, turn.replicas == faster ? 2 : 1);
    }
    EXPECT_EQ(with, 8);
    EXPECT_EQ(trial.pays(), faster);
    int slower = 0;
    for (int block = 16; block < 1025 * 8; ++block) slower += trial.next().replicas != faster;
    EXPECT_EQ(slower, 8);  // one phase, to see whether it still is
    for (int k = 0; k < 100; ++k) {
      auto turn = trial.next();
      turn.replicas = !faster;
      trial.note(turn, 3);
    }
    EXPECT_EQ(trial.pays(), !faster);
  }
}

// Two workers: block 16 is the first of the phase with replicas, beside block 15, which is without.
TEST(ReplicaTrial, DoesNotCountBlocksBesideThoseOfAnotherPhase) {
  ReplicaTrial trial(2);
  for (int block = 0; block < 16; ++block) trial.note(trial.next(), 1);
  trial.note(trial.next(), 100);
  trial.note(trial.next(), 100);
  EXPECT_FALSE(trial.pays());
  trial.note(trial.next(), 2);
  EXPECT_TRUE(trial.pays());
  const auto last = trial.next();
  for (int block = 20; block < 33; ++block) trial.next();
  trial.note(last, -1000);  // ended when the next phase had begun
  EXPECT_TRUE(trial.pays());
}

}  // namespace
}  // namespace hogwild
