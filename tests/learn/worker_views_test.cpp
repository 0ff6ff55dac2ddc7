#include "learn/worker_views.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "hogwild/data/ranking.hpp"
#include "hogwild/update/update_rule.hpp"
#include "learn/descent.hpp"
#include "parallel/placement.hpp"
#include "parallel/thread_team.hpp"
#include "support/rows.hpp"
#include "support/textbook.hpp"
#include "support/typed.hpp"

namespace hogwild {
namespace {

using Shared = SharedState<Adagrad::State, RacyLanding>;
using PerThread = PerThreadState<Adagrad::State, RacyLanding>;
using SharedViews = WorkerViews<Shared>;

Adagrad::State counted(Adagrad::State s) {
  return {s.weight + 1, s.squares + 2};
}

// A rule whose steps add up.
struct Counting {
  using State = Adagrad::State;
  Adagrad::State merge(Adagrad::State shared, Adagrad::State before, Adagrad::State after,
                       const Parting& /*parting*/) const {
    return {merged_sum(shared.weight, before.weight, after.weight),
            merged_sum(shared.squares, before.squares, after.squares)};
  }
};

// No bias takes part in these.
struct NoBias {
  void merge(float, float, double) {}
};

constexpr Index kFeatures = 3000, kHot = 300;

ArrayPlan array_of(int workers) {
  return {.coordinates = kFeatures + 1, .own = kHot, .workers = workers};
}

// The n-th feature is in every (n + 1)-th row.
HotCoordinates zipf() {
  HotCoordinates hot{.hot = kHot, .touched = {}, .squares = {}};
  for (Index j = 0; j < kHot; ++j) {
    hot.touched.push_back(1 / (1 + static_cast<float>(j)));
    hot.squares.push_back(hot.touched.back());
  }
  return hot;
}

// Where the system or a sanitizer gives no views, nothing of this can be seen.
#define REQUIRE_VIEWS(placement) \
  if ((placement).own() == 0) GTEST_SKIP() << (placement).refusal()

TEST(WorkerViews, KeepHotStepsToThemselvesUntilTheyMerge) {
  Shared shared(array_of(2));
  REQUIRE_VIEWS(shared);
  ASSERT_GE(shared.own(), kHot);
  ASSERT_LT(shared.own(), kFeatures);
  SharedViews views(shared, zipf(), kFeatures, 2, Cores{2});
  auto &first = views.part(0), &second = views.part(1);
  NoBias none;
  const Index hottest = 0, cold = kFeatures - 1;
  for (auto* const part : {&first, &second}) {
    part->take(BiasAt{});
    auto view = part->view();
    view.update(hottest, counted);
    view.update(cold, counted);
  }
  EXPECT_EQ(first.view().weight(hottest), 1);
  EXPECT_EQ(shared.state(hottest).weight, 0);
  EXPECT_EQ(shared.state(cold).weight, 2);
  EXPECT_EQ(first.view().weight(cold), 2);
  first.merge_due(Counting{}, none, 0.1f, 0);
  EXPECT_EQ(shared.state(hottest).weight, 1);
  EXPECT_EQ(second.view().weight(hottest), 1);  // its own
  second.merge_due(Counting{}, none, 0.1f, 0);
  EXPECT_EQ(shared.state(hottest).weight, 2);
  EXPECT_EQ(shared.state(hottest).squares, 4);
  EXPECT_EQ(second.view().weight(hottest), 2);
  second.merge_due(Counting{}, none, 0.1f, 0);  // nothing is brought twice
  EXPECT_EQ(shared.state(hottest).weight, 2);
  auto view = first.view();
  view.update(hottest, counted);
  first.take(BiasAt{});  // goes on where it was
  EXPECT_EQ(first.view().weight(hottest), 2);
  first.settle(Counting{}, BiasAt{});
  EXPECT_EQ(shared.state(hottest).weight, 3);
  first.settle(Counting{}, BiasAt{});  // nothing waits any more
  EXPECT_EQ(shared.state(hottest).weight, 3);
}

// Coordinates beyond the hot ones that lie on the same page are the worker's own too.
TEST(WorkerViews, SettleAllOfTheirPages) {
  Shared shared(array_of(1));
  REQUIRE_VIEWS(shared);
  SharedViews views(shared, zipf(), kFeatures, 1, Cores{1});
  auto& part = views.part(0);
  part.take(BiasAt{});
  auto view = part.view();
  for (Index j = 0; j < kFeatures; ++j) view.update(j, counted);
  part.settle(Counting{}, BiasAt{});
  for (Index j = 0; j < kFeatures; ++j) EXPECT_EQ(shared.state(j).weight, 1) << j;
}

// One worker at a time, one thread first: every step arrives.
TEST(WorkerViews, OfWorkersTakingTurnsLoseNothing) {
  for (const int workers : {1, 2, 4}) {
    Shared shared(array_of(workers));
    REQUIRE_VIEWS(shared);
    SharedViews views(shared, zipf(), kFeatures, workers, Cores{workers});
    for (int round = 0; round < 10; ++round) {
      for (int worker = 0; worker < workers; ++worker) {
        auto& part = views.part(worker);
        part.take(BiasAt{});
        auto view = part.view();
        for (Index h = 0; h < kHot; ++h) view.update(h, counted);
        part.settle(Counting{}, BiasAt{});
      }
    }
    for (Index h = 0; h < kHot; ++h) {
      EXPECT_EQ(shared.state(h).weight, static_cast<float>(10 * workers));
    }
  }
}

TEST(WorkerViews, InventNothingWhenWorkersMergeAtOnce) {
  for (const int workers : {1, 2, 4}) {
    Shared shared(array_of(workers));
    REQUIRE_VIEWS(shared);
    SharedViews views(shared, zipf(), kFeatures, workers, Cores{workers});
    ThreadTeam team(workers);
    team.run([&](int worker) {
      auto& part = views.part(worker);
      NoBias none;
      for (int round = 0; round < 200; ++round) {
        part.take(BiasAt{});
        auto view = part.view();
        for (Index h = 0; h < kHot; ++h) view.update(h, counted);
        part.merge_due(Counting{}, none, 0.1f, 0);
      }
      part.settle(Counting{}, BiasAt{});
    });
    for (Index h = 0; h < kHot; ++h) {
      const Adagrad::State state = shared.state(h);
      EXPECT_LE(state.weight, static_cast<float>(200 * workers));
      EXPECT_GE(state.weight, 1);
      EXPECT_EQ(state.squares, 2 * state.weight);  // one word: the two never part
    }
  }
}

// The sums of each worker are its own, and stay so; weights meet.
TEST(WorkerViews, OfStateByThreadMergeTheWeightAlone) {
  PerThread placement(array_of(2));
  REQUIRE_VIEWS(placement);
  WorkerViews<PerThread> views(placement, zipf(), kFeatures, 2, Cores{2});
  for (int worker : {0, 1}) {
    auto& part = views.part(worker);
    part.take(BiasAt{});
    auto view = part.view();
    view.update(0, counted);
    part.settle(Adagrad{}, BiasAt{});
  }
  EXPECT_EQ(placement.state(0).weight, 2);
  EXPECT_EQ(placement.view(0).state(0).squares, 2);
  EXPECT_EQ(placement.view(1).state(0).squares, 2);
}

TEST(MergeSchedule, MergesACoordinateAfterAsManyStepsOnItWhateverItsRank) {
  const HotCoordinates hot = zipf();
  const MergeSchedule schedule(hot, kHot, {2});
  EXPECT_EQ(schedule.period(), 128u);
  std::vector<std::uint64_t> merges(kHot);
  constexpr std::uint64_t kPeriods = 4096;
  for (std::uint64_t n = 1; n <= kPeriods; ++n) {
    for (std::size_t j = 0; j < schedule.due(n); ++j) ++merges[j];
  }
  for (Index j = 0; j < kHot; ++j) {
    const double steps = static_cast<double>(kPeriods * 128) * static_cast<double>(hot.touched[j]) /
                         static_cast<double>(merges[j]);
    EXPECT_LE(steps, 2 * MergeSchedule::kTouches) << j;
    // A line is merged as its hottest coordinate asks for.
    if (j % MergeSchedule::kLine == 0) {
      EXPECT_GE(steps, MergeSchedule::kTouches / 2) << j;
    }
  }
}

TEST(MergeSchedule, MergesAllAtOnceWhereAllAreAsFrequent) {
  HotCoordinates dense{.hot = 50, .touched = std::vector<float>(50, 1), .squares = {}};
  const MergeSchedule schedule(dense, 50, {2});
  for (std::uint64_t n = 1; n < 10; ++n) EXPECT_EQ(schedule.due(n), 50u);
}

// An unranked feature behind rare ones is not forgotten for them.
TEST(MergeSchedule, MergesAFrequentCoordinateInTimeWhereverItIs) {
  HotCoordinates hot{.hot = 64, .touched = std::vector<float>(64, 0.01f), .squares = {}};
  hot.touched[60] = 1;
  const MergeSchedule schedule(hot, 64, {2});
  EXPECT_EQ(schedule.period(), 128u);
  for (std::uint64_t n = 1; n < 10; ++n) EXPECT_GT(schedule.due(n), 60u);
}

TEST(MergeSchedule, WaitsLongerWhereManyCoresPassALineOn) {
  const HotCoordinates hot = zipf();  // 6.3 steps a row
  EXPECT_EQ(MergeSchedule(hot, kHot, {2, 50e-9}).period(), 128u);
  const auto period = MergeSchedule(hot, kHot, {16, 50e-9}).period();
  EXPECT_GT(period, 800u);
  EXPECT_NEAR(static_cast<double>(MergeSchedule(hot, kHot, {16, 100e-9}).period()),
              2 * static_cast<double>(period), 2);
  // But not for ever.
  EXPECT_EQ(MergeSchedule(hot, kHot, {1024, 1e-6}).period(), 16 * 128u);
}

// Of the first coordinates.
HotCoordinates frequencies(std::span<const SparseRow> rows, Index hot) {
  const auto n = static_cast<float>(rows.size());
  HotCoordinates found{.hot = hot, .touched = std::vector<float>(hot), .squares = {}};
  found.squares = found.touched;
  for (const SparseRow& row : rows) {
    for (std::size_t k = 0; k < row.nonzeros(); ++k) {
      if (row.indices[k] >= hot) continue;
      found.touched[row.indices[k]] += 1 / n;
      found.squares[row.indices[k]] += row.value(k) * row.value(k) / n;
    }
  }
  return found;
}

// Alone, a worker takes the same steps in cells of its own; what differs is rounding.
template <class Rule>
class EveryRuleThatParts : public testing::Test {};
TYPED_TEST_SUITE(EveryRuleThatParts, test::TypesOf<AnyUpdateRule>);

TYPED_TEST(EveryRuleThatParts, LearnsAsWellInOwnCellsByTurns) {
  if (!may_part<TypeParam>) GTEST_SKIP() << "the rule has no views";
  for (const bool ones : {true, false}) {
    const Dataset data = ranked(test::skewed_rows(10'000, ones));
    const std::vector<SparseRow> rows = test::rows_of(data);
    DescentPlan plan;
    plan.features = data.features().size;
    plan.rule = TypeParam{};
    plan.workers = 2;
    const auto plain = make_descent(plan);
    plan.hot = frequencies(rows, plan.features / 3);
    plan.views = Views::always;
    const auto viewed = make_descent(plan);
    if (viewed->views().own == 0) GTEST_SKIP() << viewed->views().reason;
    Pace pace{.rate = TypeParam::kDefaultRate};
    LossSum one, other;
    int worker = 0;
    for (std::size_t begin = 0; begin < rows.size(); begin += 64, pace.time += 64, worker ^= 1) {
      const auto block =
          std::span(rows).subspan(begin, std::min<std::size_t>(64, rows.size() - begin));
      one = plain->learn(worker, block, pace);
      other = viewed->learn(worker, block, pace);
    }
    for (int w : {0, 1}) viewed->settle(w);
    double loss = 0, viewed_loss = 0;
    for (const SparseRow& row : rows) {
      const auto value = [&](const LocalDescent& descent) {
        const double z = static_cast<double>(row.label * descent.margin(row, pace));
        return std::log1p(std::exp(-z));
      };
      loss += value(*plain);
      viewed_loss += value(*viewed);
    }
    EXPECT_NEAR(viewed_loss / loss, 1, 0.02);
  }
}

TEST(Views, AreNotMadeForOneWorkerNorUnderALock) {
  DescentPlan plan;
  plan.features = 1000;
  plan.rule = Sgd{};
  plan.hot.hot = 100;
  plan.views = Views::tried;
  EXPECT_EQ(make_descent(plan)->views().own, 0u);
  plan.workers = 2;
  plan.landing = Landing::locked;
  EXPECT_EQ(make_descent(plan)->views().own, 0u);
  plan.landing = Landing::racy;
  plan.rule = AdaptiveRevision{};
  EXPECT_EQ(make_descent(plan)->views().own, 0u);
}

}  // namespace
}  // namespace hogwild
