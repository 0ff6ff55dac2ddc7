#include "parallel/meeting.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <vector>

#include "parallel/crew.hpp"

namespace hogwild {
namespace {

// What a thread wrote before a meeting, all read after it; plain memory, so ThreadSanitizer watches
// that a meeting is all the order there need be.
TEST(Meeting, HandsOverWhatWasWritten) {
  for (const int threads : {1, 2, 4, 8}) {
    Meeting meeting(static_cast<std::uint32_t>(threads));
    std::vector<int> written(static_cast<std::size_t>(threads));
    std::atomic<int> wrong{0};
    Crew crew(threads);
    crew.run([&](int worker) {
      for (int round = 1; round <= 500; ++round) {
        written[static_cast<std::size_t>(worker)] = round;
        meeting.meet();
        for (const int value : written) {
          if (value != round) wrong.fetch_add(1, std::memory_order_relaxed);
        }
        meeting.meet();
      }
    });
    EXPECT_EQ(wrong.load(), 0);
  }
}

TEST(Meeting, LetsTheLastToArriveActForAll) {
  for (const int threads : {1, 2, 4, 8}) {
    Meeting meeting(static_cast<std::uint32_t>(threads));
    int calls = 0;
    std::atomic<int> wrong{0};
    Crew crew(threads);
    crew.run([&](int) {
      for (int round = 1; round <= 500; ++round) {
        meeting.meet([&] { ++calls; });
        if (calls != round) wrong.fetch_add(1, std::memory_order_relaxed);
        meeting.meet();
      }
    });
    EXPECT_EQ(wrong.load(), 0);
    EXPECT_EQ(calls, 500);
  }
}

}  // namespace
}  // namespace hogwild
