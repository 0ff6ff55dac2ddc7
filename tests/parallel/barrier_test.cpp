#include "parallel/barrier.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "parallel/thread_team.hpp"

namespace hogwild {
namespace {

// What a thread wrote before a barrier, all read after it; plain memory, so ThreadSanitizer watches
// that a barrier is all the order there need be.
TEST(Barrier, HandsOverWhatWasWritten) {
  for (const int threads : {1, 2, 4, 8}) {
    Barrier barrier(static_cast<std::uint32_t>(threads));
    std::vector<int> written(static_cast<std::size_t>(threads));
    std::atomic<int> wrong{0};
    ThreadTeam team(threads);
    team.run([&](int worker) {
      for (int round = 1; round <= 500; ++round) {
        written[static_cast<std::size_t>(worker)] = round;
        barrier.wait();
        for (const int value : written) {
          if (value != round) wrong.fetch_add(1, std::memory_order_relaxed);
        }
        barrier.wait();
      }
    });
    EXPECT_EQ(wrong.load(), 0);
  }
}

TEST(Barrier, LetsTheLastToArriveActForAll) {
  for (const int threads : {1, 2, 4, 8}) {
    Barrier barrier(static_cast<std::uint32_t>(threads));
    int calls = 0;
    std::atomic<int> wrong{0};
    ThreadTeam team(threads);
    team.run([&](int) {
      for (int round = 1; round <= 500; ++round) {
        barrier.wait([&] { ++calls; });
        if (calls != round) wrong.fetch_add(1, std::memory_order_relaxed);
        barrier.wait();
      }
    });
    EXPECT_EQ(wrong.load(), 0);
    EXPECT_EQ(calls, 500);
  }
}

}  // namespace
}  // namespace hogwild
