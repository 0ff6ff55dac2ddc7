#include "learn/view_trial.hpp"

#include <gtest/gtest.h>

namespace hogwild {
namespace {

TEST(ViewTrial, TriesBothWaysThenTakesTheFasterAndLooksAgain) {
  for (const bool faster : {false, true}) {
    ViewTrial trial(1);
    int own = 0;
    for (int block = 0; block < 2 * 7; ++block) {
      const auto turn = trial.next(100);
      own += turn.own;
      trial.note(turn, turn.own == faster ? 2 : 1);
    }
    EXPECT_EQ(own, 7);
    EXPECT_EQ(trial.share_of_rows(), 0.5);
    EXPECT_EQ(trial.pays(), faster);
    int slower = 0;
    for (int block = 2 * 7; block < 1025 * 7; ++block) slower += trial.next(100).own != faster;
    EXPECT_EQ(slower, 8 * 7);  // phases 8, 16, 32, ..., 1024, to see whether it still is
    for (int k = 0; k < 100; ++k) {
      auto turn = trial.next(100);
      turn.own = !faster;
      trial.note(turn, 3);
    }
    EXPECT_EQ(trial.pays(), !faster);
  }
}

// Two workers: block 8 is the first of the phase in own cells, beside block 7, which is not.
TEST(ViewTrial, DoesNotCountBlocksBesideThoseOfAnotherPhase) {
  ViewTrial trial(2);
  for (int block = 0; block < 8; ++block) trial.note(trial.next(1), 1);
  trial.note(trial.next(1), 100);
  trial.note(trial.next(1), 100);
  EXPECT_FALSE(trial.pays());
  trial.note(trial.next(1), 2);
  EXPECT_TRUE(trial.pays());
  const auto last = trial.next(1);
  for (int block = 12; block < 17; ++block) trial.next(1);
  trial.note(last, -1000);  // ended when the next phase had begun
  EXPECT_TRUE(trial.pays());
}

}  // namespace
}  // namespace hogwild
