#include "parallel/cell.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

#include "parallel/placement.hpp"

namespace hogwild {
namespace {

struct Pair {
  float a = 0;
  float b = 0;
};
struct Four {
  float weight, mean, square;
  std::uint32_t touches;
};

TEST(Cell, IsAsSmallAsItsState) {
  EXPECT_EQ(sizeof(Cell<Weight>), 4u);
  EXPECT_EQ(sizeof(Cell<Pair>), 8u);
  EXPECT_EQ(Cell<Pair>::kWords, 1u);
  EXPECT_EQ(Cell<Four>::kWords, 2u);
}

TEST(Cell, KeepsWhatIsStored) {
  Cell<Four> cell{};
  cell.store({1, 2, 3, 4});
  const Four held = cell.load();
  EXPECT_EQ(held.weight, 1);
  EXPECT_EQ(held.mean, 2);
  EXPECT_EQ(held.square, 3);
  EXPECT_EQ(held.touches, 4u);
}

// Writers store pairs whose halves belong together; readers look for halves that do not.
void hammer_pairs(int writers, int readers) {
  Cell<Pair> cell{};
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  {
    std::vector<std::jthread> threads;
    for (int r = 0; r < readers; ++r) {
      threads.emplace_back([&] {
        while (!done.load(std::memory_order_relaxed)) {
          const Pair pair = cell.load();
          if (pair.b != -pair.a) torn.fetch_add(1, std::memory_order_relaxed);
        }
      });
    }
    std::vector<std::jthread> writing;
    for (int w = 0; w < writers; ++w) {
      writing.emplace_back([&cell, w] {
        for (int i = 0; i < 50'000; ++i) {
          const auto value = static_cast<float>(i * 8 + w);
          cell.store({value, -value});
        }
      });
    }
    writing.clear();
    done.store(true, std::memory_order_relaxed);
  }
  const Pair last = cell.load();
  EXPECT_EQ(last.b, -last.a);
  EXPECT_EQ(torn.load(), 0);
}

TEST(Cell, OfOneWordNeverTears) {
  hammer_pairs(1, 0);
  hammer_pairs(1, 1);
  hammer_pairs(2, 2);
}

// Counts with a landing, on one thread and then on more; how many steps are there at the end.
template <class Landing>
int counted(int threads, int steps) {
  Cell<Weight> cell{};
  {
    std::vector<std::jthread> crew;
    for (int t = 0; t < threads; ++t) {
      crew.emplace_back([&] {
        for (int i = 0; i < steps; ++i) {
          Landing::land(cell, [](Weight w) { return Weight{w.weight + 1}; });
        }
      });
    }
  }
  return static_cast<int>(cell.load().weight);
}

TEST(AtomicLanding, LosesNoStep) {
  for (const int threads : {1, 2, 4, 8}) {
    EXPECT_EQ(counted<AtomicLanding>(threads, 100'000), threads * 100'000);
  }
}

TEST(RacyLanding, LosesNoStepAlone) {
  EXPECT_EQ(counted<RacyLanding>(1, 100'000), 100'000);
}

// Two steps forced to overlap: the second begins and ends between the first one's load and store.
// A landing that loses updates ends at 1; one that loses none at 2.
template <class Landing>
float overlapped() {
  Cell<Weight> cell{};
  std::atomic<int> stage{0};
  {
    std::jthread first([&] {
      bool waited = false;
      Landing::land(cell, [&](Weight w) {
        if (!std::exchange(waited, true)) {
          stage.store(1);
          while (stage.load() != 2) std::this_thread::yield();
        }
        return Weight{w.weight + 1};
      });
    });
    std::jthread second([&] {
      while (stage.load() != 1) std::this_thread::yield();
      Landing::land(cell, [](Weight w) { return Weight{w.weight + 1}; });
      stage.store(2);
    });
  }
  return cell.load().weight;
}

TEST(AtomicLanding, LosesNoStepThatIsForcedToOverlap) {
  EXPECT_EQ(overlapped<AtomicLanding>(), 2);
}

// What proves the test above: the same interleaving makes a landing without compare-exchange lose.
TEST(AtomicLanding, ItsTestCatchesAPlantedLostUpdate) {
  EXPECT_EQ(overlapped<RacyLanding>(), 1);
}

}  // namespace
}  // namespace hogwild
