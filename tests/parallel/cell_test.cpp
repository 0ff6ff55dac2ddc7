#include "parallel/cell.hpp"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
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

TEST(Cell, PairsAreTwoCellsOfTheirOwn) {
  std::vector<Cell<Pair>> cells(3);
  store_pair(cells[2], cells[0], WordPair{7, std::uint64_t{1} << 40});
  EXPECT_EQ(std::bit_cast<std::uint64_t>(cells[2].load()), 7u);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(cells[0].load()), std::uint64_t{1} << 40);
  EXPECT_EQ(std::bit_cast<std::uint64_t>(cells[1].load()), 0u);
  const WordPair words = load_pair(cells[1], cells[2]);
  EXPECT_EQ(words[0], 0u);
  EXPECT_EQ(words[1], 7u);
}

TEST(Cell, WordsAreThoseOfItsState) {
  std::vector<Cell<Four>> cells(3);
  cells[1].store({1, 2, 3, 4});
  EXPECT_EQ(std::bit_cast<Four>(load_words(cells[1])).square, 3);
  store_words(cells[0], load_words(cells[1]));
  EXPECT_EQ(cells[0].load().touches, 4u);
  EXPECT_EQ(cells[0].load().weight, 1);
  EXPECT_EQ(cells[2].load().weight, 0);
}

// Cells one by one, and two at once.
struct OneByOne {
  static void store(Cell<Pair>& a, Cell<Pair>& b, Pair pair) {
    a.store(pair);
    b.store(pair);
  }
  static std::array<Pair, 2> load(const Cell<Pair>& a, const Cell<Pair>& b) {
    return {a.load(), b.load()};
  }
};
struct TwoAtOnce {
  static void store(Cell<Pair>& a, Cell<Pair>& b, Pair pair) {
    const auto word = std::bit_cast<std::uint64_t>(pair);
    store_pair(a, b, WordPair{word, word});
  }
  static std::array<Pair, 2> load(const Cell<Pair>& a, const Cell<Pair>& b) {
    return std::bit_cast<std::array<Pair, 2>>(load_pair(a, b));
  }
};

// Writers store pairs whose halves belong together; readers look for halves that do not.
template <class Access>
void hammer_pairs(int writers, int readers) {
  Cell<Pair> one{}, other{};
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  const auto look = [&] {
    for (const Pair pair : Access::load(one, other)) {
      if (pair.b != -pair.a) torn.fetch_add(1, std::memory_order_relaxed);
    }
  };
  {
    std::vector<std::jthread> threads;
    for (int r = 0; r < readers; ++r) {
      threads.emplace_back([&] {
        while (!done.load(std::memory_order_relaxed)) look();
      });
    }
    std::vector<std::jthread> writing;
    for (int w = 0; w < writers; ++w) {
      writing.emplace_back([&one, &other, w] {
        for (int i = 0; i < 50'000; ++i) {
          const auto value = static_cast<float>(i * 8 + w);
          Access::store(one, other, {value, -value});
        }
      });
    }
    writing.clear();
    done.store(true, std::memory_order_relaxed);
  }
  look();
  EXPECT_GT(one.load().a, 0);
  EXPECT_GT(other.load().a, 0);
  EXPECT_EQ(torn.load(), 0);
}

TEST(Cell, OfOneWordNeverTears) {
  hammer_pairs<OneByOne>(1, 0);
  hammer_pairs<OneByOne>(1, 1);
  hammer_pairs<OneByOne>(2, 2);
}

TEST(Cell, OfOneWordNeverTearsBesideAnother) {
  hammer_pairs<TwoAtOnce>(1, 0);
  hammer_pairs<TwoAtOnce>(1, 1);
  hammer_pairs<TwoAtOnce>(2, 2);
}

// Counts with a landing, on one thread and then on more; how many steps are there at the end.
template <class Landing>
int counted(const Landing& landing, int threads, int steps) {
  Cell<Weight> cell{};
  {
    std::vector<std::jthread> team;
    for (int t = 0; t < threads; ++t) {
      team.emplace_back([&] {
        for (int i = 0; i < steps; ++i) {
          landing.land(cell, [](Weight w) { return Weight{w.weight + 1}; });
        }
      });
    }
  }
  return static_cast<int>(cell.load().weight);
}

TEST(AtomicLanding, LosesNoStep) {
  for (const int threads : {1, 2, 4, 8}) {
    EXPECT_EQ(counted(AtomicLanding(), threads, 100'000), threads * 100'000);
    EXPECT_EQ(counted(ChosenLanding(false), threads, 100'000), threads * 100'000);
  }
}

TEST(RacyLanding, LosesNoStepAlone) {
  EXPECT_EQ(counted(RacyLanding(), 1, 100'000), 100'000);
  EXPECT_EQ(counted(ChosenLanding(true), 1, 100'000), 100'000);
}

// Two steps forced to overlap: the second begins and ends between the first one's load and store.
// A landing that loses updates ends at 1; one that loses none at 2.
template <class Landing>
float overlapped(const Landing& landing) {
  Cell<Weight> cell{};
  std::atomic<int> stage{0};
  {
    std::jthread first([&] {
      bool waited = false;
      landing.land(cell, [&](Weight w) {
        if (!std::exchange(waited, true)) {
          stage.store(1);
          while (stage.load() != 2) std::this_thread::yield();
        }
        return Weight{w.weight + 1};
      });
    });
    std::jthread second([&] {
      while (stage.load() != 1) std::this_thread::yield();
      landing.land(cell, [](Weight w) { return Weight{w.weight + 1}; });
      stage.store(2);
    });
  }
  return cell.load().weight;
}

TEST(AtomicLanding, LosesNoStepThatIsForcedToOverlap) {
  EXPECT_EQ(overlapped(AtomicLanding()), 2);
  EXPECT_EQ(overlapped(ChosenLanding(false)), 2);
}

// What proves the test above: the same interleaving makes a landing without compare-exchange lose.
TEST(AtomicLanding, ItsTestCatchesAPlantedLostUpdate) {
  EXPECT_EQ(overlapped(RacyLanding()), 1);
  EXPECT_EQ(overlapped(ChosenLanding(true)), 1);
}

}  // namespace
}  // namespace hogwild
