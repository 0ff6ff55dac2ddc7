#include "parallel/guarded_cell.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <memory>

#include "parallel/thread_team.hpp"

namespace hogwild {
namespace {

// Three words that are always equal.
struct Triple {
  std::uint64_t a = 0, b = 0, c = 0;
};

TEST(GuardedCell, StartsAtZeroAndKeepsWhatIsStored) {
  const auto cell = std::make_unique<GuardedCell<Triple>>();
  *cell = {};
  EXPECT_EQ(cell->load().a, 0u);
  cell->store({1, 2, 3});
  EXPECT_EQ(cell->load().c, 3u);
  cell->exchange([](Triple t) { return Triple{t.a + 1, t.b + 1, t.c + 1}; });
  EXPECT_EQ(cell->load().b, 3u);
}

// No step is lost and no read is torn, with one thread first.
TEST(GuardedCell, ChangesAsAWholeUnderManyThreads) {
  for (const int threads : {1, 2, 4, 8}) {
    const auto cell = std::make_unique<GuardedCell<Triple>>();
    *cell = {};
    std::atomic<int> torn{0};
    constexpr std::uint64_t kSteps = 20'000;
    ThreadTeam team(threads);
    team.run([&](int) {
      for (std::uint64_t step = 0; step < kSteps; ++step) {
        cell->exchange([](Triple t) { return Triple{t.a + 1, t.b + 1, t.c + 1}; });
        const Triple seen = cell->load();
        if (seen.a != seen.b || seen.b != seen.c) torn.fetch_add(1, std::memory_order_relaxed);
      }
    });
    EXPECT_EQ(torn.load(), 0);
    EXPECT_EQ(cell->load().a, kSteps * static_cast<std::uint64_t>(threads));
  }
}

}  // namespace
}  // namespace hogwild
