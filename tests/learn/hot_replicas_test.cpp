#include "learn/hot_replicas.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "hogwild/data/ranking.hpp"
#include "hogwild/update/adagrad.hpp"
#include "learn/descent.hpp"
#include "parallel/crew.hpp"
#include "parallel/placement.hpp"
#include "support/rows.hpp"
#include "support/textbook.hpp"

namespace hogwild {
namespace {

using Shared = SharedState<Adagrad::State, RacyLanding>;

Adagrad::State counted(Adagrad::State s) {
  return {s.weight + 1, s.squares + 2};
}

// A rule whose steps add up.
struct Counting {
  Adagrad::State merge(Adagrad::State shared, Adagrad::State before, Adagrad::State after) const {
    return {merged_sum(shared.weight, before.weight, after.weight),
            merged_sum(shared.squares, before.squares, after.squares)};
  }
};

constexpr Index kFeatures = 1000, kHot = 300;

TEST(Replicas, KeepHotStepsToThemselvesUntilTheyMerge) {
  Shared shared(kFeatures, 2);
  HotReplicas<Shared> replicas(kHot, 2);
  auto first = replicas.view(shared.view(0), 0), second = replicas.view(shared.view(1), 1);
  const Index hottest = 0, cold = kHot;
  first.take();
  second.take();
  for (auto* const view : {&first, &second}) {
    view->update(hottest, counted);
    view->update(cold, counted);
  }
  EXPECT_EQ(first.weight(hottest), 1);
  EXPECT_EQ(shared.state(hottest).weight, 0);
  EXPECT_EQ(shared.state(cold).weight, 2);
  first.merge(Counting{});
  EXPECT_EQ(shared.state(hottest).weight, 1);
  EXPECT_EQ(second.weight(hottest), 1);  // its own
  second.merge(Counting{});
  EXPECT_EQ(shared.state(hottest).weight, 2);
  EXPECT_EQ(shared.state(hottest).squares, 4);
  EXPECT_EQ(second.weight(hottest), 2);
  second.merge(Counting{});  // nothing is brought twice
  EXPECT_EQ(shared.state(hottest).weight, 2);
  first.update(hottest, counted);
  first.take();  // goes on where it was
  EXPECT_EQ(first.weight(hottest), 2);
  replicas.settle(shared.view(0), 0, Counting{});
  EXPECT_EQ(shared.state(hottest).weight, 3);
  replicas.settle(shared.view(0), 0, Counting{});  // nothing waits any more
  EXPECT_EQ(shared.state(hottest).weight, 3);
}

TEST(Replicas, AreWhereHotCoordinatesAreFound) {
  Shared shared(kFeatures, 1);
  HotReplicas<Shared> replicas(10, 1);
  const auto all = shared.view(0);
  const auto view = replicas.view(all, 0);
  const std::array<Index, 4> j{3, 9, 10, 999};
  const auto cells = view.cells(j), plain = all.cells(j);
  for (const std::size_t hot : {0, 1}) {
    EXPECT_NE(cells[hot], plain[hot]);
    cells[hot]->store({1, 2});
    EXPECT_EQ(view.weight(j[hot]), 1);
    EXPECT_EQ(shared.state(j[hot]).weight, 0);
  }
  EXPECT_EQ(cells[2], plain[2]);
  EXPECT_EQ(cells[3], plain[3]);
}

// One worker at a time, one thread first: every step arrives.
TEST(Replicas, OfWorkersTakingTurnsLoseNothing) {
  for (const int workers : {1, 2, 4}) {
    Shared shared(kFeatures, workers);
    HotReplicas<Shared> replicas(kHot, workers);
    for (int round = 0; round < 10; ++round) {
      for (int worker = 0; worker < workers; ++worker) {
        auto view = replicas.view(shared.view(worker), worker);
        view.take();
        for (Index h = 0; h < kHot; ++h) view.update(h, counted);
        replicas.settle(shared.view(worker), worker, Counting{});
      }
    }
    for (Index h = 0; h < kHot; ++h) {
      EXPECT_EQ(shared.state(h).weight, static_cast<float>(10 * workers));
    }
  }
}

TEST(Replicas, InventNothingWhenWorkersMergeAtOnce) {
  for (const int workers : {1, 2, 4}) {
    Shared shared(kFeatures, workers);
    HotReplicas<Shared> replicas(kHot, workers);
    Crew crew(workers);
    crew.run([&](int worker) {
      for (int round = 0; round < 200; ++round) {
        auto view = replicas.view(shared.view(worker), worker);
        view.take();
        for (Index h = 0; h < kHot; ++h) view.update(h, counted);
        if (round % 2 == 0) view.merge(Counting{});
      }
      replicas.settle(shared.view(worker), worker, Counting{});
    });
    for (Index h = 0; h < kHot; ++h) {
      const Adagrad::State state = shared.state(h);
      EXPECT_LE(state.weight, static_cast<float>(200 * workers));
      EXPECT_GE(state.weight, 1);
      EXPECT_EQ(state.squares, 2 * state.weight);  // one word: the two never part
    }
  }
}

TEST(Replicas, AreMergedTheSoonerTheHotterTheyAre) {
  std::vector<Index> merged;
  for (std::uint64_t rows = 1; rows <= 1024; ++rows) {
    if (const Index hottest = merged_early(rows, 2); hottest > 0) merged.push_back(hottest);
  }
  EXPECT_EQ(merged, (std::vector<Index>{8, 16, 8, 32, 8, 16, 8, 64}));
  EXPECT_EQ(merged_early(64, 4), 8u);
  EXPECT_EQ(merged_early(8, 1000), 8u);
  EXPECT_EQ(merged_early(7, 1000), 0u);
}

// Alone, a worker with replicas takes the same steps; only the order in which a row's products are
// added is another.
TEST(Replicas, OfOneWorkerLearnTheSame) {
  for (const bool ones : {true, false}) {
    const Dataset data = ranked(test::skewed_rows(10'000, ones));
    const std::vector<SparseRow> rows = test::rows_of(data);
    DescentPlan plan;
    plan.features = data.features().size;
    plan.rule = Adagrad{};
    const auto plain = make_descent(plan);
    plan.hot = plan.features / 3;
    plan.replicas = true;
    const auto replicated = make_descent(plan);
    Pace pace{.rate = 0.1f};
    for (std::size_t begin = 0; begin < rows.size(); begin += 512, pace.time += 512) {
      const auto block =
          std::span(rows).subspan(begin, std::min<std::size_t>(512, rows.size() - begin));
      const LossSum one = plain->learn(0, block, pace), other = replicated->learn(0, block, pace);
      EXPECT_NEAR(other.loss, one.loss, 1e-4 * one.loss);
    }
    replicated->settle(0);
    for (Index j = 0; j <= plan.features; ++j) {
      EXPECT_NEAR(replicated->weight(j, pace), plain->weight(j, pace), 1e-3);
    }
  }
}

}  // namespace
}  // namespace hogwild
