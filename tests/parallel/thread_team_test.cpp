#include "parallel/thread_team.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <barrier>
#include <set>
#include <stdexcept>

namespace hogwild {
namespace {

TEST(ThreadTeam, CallsTheJobOnceOnEachWorker) {
  for (const int workers : {1, 2, 7}) {
    ThreadTeam team(workers);
    for (int run = 0; run < 20; ++run) {
      std::vector<std::atomic<int>> calls(static_cast<std::size_t>(workers));
      team.run([&](int worker) { calls[static_cast<std::size_t>(worker)].fetch_add(1); });
      for (const auto& count : calls) EXPECT_EQ(count.load(), 1);
    }
  }
}

TEST(ThreadTeam, HasAllItsWorkersAtTheSameTime) {
  constexpr int kWorkers = 8;  // more than this machine's cores, maybe
  ThreadTeam team(kWorkers);
  std::barrier<> all(kWorkers);
  team.run([&](int) { all.arrive_and_wait(); });  // hangs if there are fewer
}

TEST(ThreadTeam, LetsTheCallerSeeWhatWorkersWrote) {
  ThreadTeam team(4);
  std::vector<int> plain(4);
  team.run([&](int worker) { plain[static_cast<std::size_t>(worker)] = worker + 1; });
  EXPECT_EQ(plain, (std::vector<int>{1, 2, 3, 4}));
}

TEST(ThreadTeam, ThrowsTheFirstWorkersExceptionWhenAllAreDone) {
  ThreadTeam team(3);
  std::atomic<int> finished{0};
  const auto job = [&](int worker) {
    finished.fetch_add(1);
    if (worker > 0) throw std::runtime_error(std::to_string(worker));
  };
  try {
    team.run(job);
    FAIL();
  } catch (const std::runtime_error& error) {
    EXPECT_STREQ(error.what(), "1");
  }
  EXPECT_EQ(finished.load(), 3);
  EXPECT_NO_THROW(team.run([](int) {}));  // and can work again
}

TEST(ThreadTeam, CallsMeanwhileUntilTheWorkersAreDone) {
  ThreadTeam team(2);
  std::atomic<int> looks{0};
  team.run(
      [&](int) {
        while (looks.load() < 3) std::this_thread::yield();
      },
      [&] { looks.fetch_add(1); }, std::chrono::milliseconds(1));
  EXPECT_GE(looks.load(), 3);
}

TEST(ThreadTeam, WaitsForItsWorkersWhenMeanwhileThrows) {
  ThreadTeam team(2);
  std::atomic<bool> thrown{false};
  std::atomic<int> finished{0};
  EXPECT_THROW(team.run(
                   [&](int) {
                     while (!thrown.load()) std::this_thread::yield();
                     finished.fetch_add(1);
                   },
                   [&] {
                     thrown.store(true);
                     throw std::runtime_error("observer");
                   },
                   std::chrono::milliseconds(1)),
               std::runtime_error);
  EXPECT_EQ(finished.load(), 2);
}

}  // namespace
}  // namespace hogwild
