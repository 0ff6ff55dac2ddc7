#include "learn/replica_trial.hpp"

#include <gtest/gtest.h>

namespace hogwild {
namespace {

TEST(ReplicaTrial, TriesBothWaysThenTakesTheFasterAndLooksAgain) {
  for (const bool faster : {false, true}) {
    ReplicaTrial trial(1);
    int with = 0;
    for (int block = 0; block < 8; ++block) {
      const bool replicas = trial.next();
      with += replicas;
      trial.note(replicas, replicas == faster ? 2 : 1);
    }
    EXPECT_EQ(with, 4);
    EXPECT_EQ(trial.pays(), faster);
    int slower = 0;
    for (int block = 8; block < 513 * 2; ++block) slower += trial.next() != faster;
    EXPECT_EQ(slower, 2);  // one phase, to see whether it still is
    for (int k = 0; k < 100; ++k) trial.note(!faster, 3);
    EXPECT_EQ(trial.next(), !faster);
  }
}

}  // namespace
}  // namespace hogwild
