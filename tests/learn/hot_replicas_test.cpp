#include "learn/hot_replicas.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <vector>

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

class Replicas : public testing::Test {
 protected:
  const Dataset data_ = test::skewed_rows(HotFeatures::kSampleRows, true);
  const std::shared_ptr<const HotFeatures> hot_ = HotFeatures::find(data_);
};

TEST_F(Replicas, KeepHotStepsToThemselvesUntilTheyMerge) {
  Shared shared(data_.features().size, 2);
  HotReplicas<Shared> replicas(hot_, 2);
  auto first = replicas.view(shared.view(0), 0), second = replicas.view(shared.view(1), 1);
  const Index hottest = hot_->feature(0);
  Index cold = 0;
  while (hot_->place(cold) < hot_->size()) ++cold;
  first.take();
  second.take();
  for (auto* const view : {&first, &second}) {
    view->update(0, counted);
    view->update(hot_->place(cold), counted);
  }
  EXPECT_EQ(first.weight(0), 1);
  EXPECT_EQ(shared.state(hottest).weight, 0);
  EXPECT_EQ(shared.state(cold).weight, 2);
  first.merge(Adagrad{});
  EXPECT_EQ(shared.state(hottest).weight, 1);
  EXPECT_EQ(second.weight(0), 1);  // its own
  second.merge(Adagrad{});
  EXPECT_EQ(shared.state(hottest).weight, 2);
  EXPECT_EQ(shared.state(hottest).squares, 4);
  EXPECT_EQ(second.weight(0), 2);
  second.merge(Adagrad{});  // nothing is brought twice
  EXPECT_EQ(shared.state(hottest).weight, 2);
  first.take();
  EXPECT_EQ(first.weight(0), 2);
}

// One worker at a time, one thread first: every step arrives.
TEST_F(Replicas, OfWorkersTakingTurnsLoseNothing) {
  for (const int workers : {1, 2, 4}) {
    Shared shared(data_.features().size, workers);
    HotReplicas<Shared> replicas(hot_, workers);
    for (int round = 0; round < 10; ++round) {
      for (int worker = 0; worker < workers; ++worker) {
        auto view = replicas.view(shared.view(worker), worker);
        view.take();
        for (Index h = 0; h < hot_->size(); ++h) view.update(h, counted);
        view.merge(Adagrad{});
      }
    }
    for (Index h = 0; h < hot_->size(); ++h) {
      EXPECT_EQ(shared.state(hot_->feature(h)).weight, static_cast<float>(10 * workers));
    }
  }
}

TEST_F(Replicas, InventNothingWhenWorkersMergeAtOnce) {
  for (const int workers : {1, 2, 4}) {
    Shared shared(data_.features().size, workers);
    HotReplicas<Shared> replicas(hot_, workers);
    Crew crew(workers);
    crew.run([&](int worker) {
      for (int round = 0; round < 200; ++round) {
        auto view = replicas.view(shared.view(worker), worker);
        view.take();
        for (Index h = 0; h < hot_->size(); ++h) view.update(h, counted);
        view.merge(Adagrad{});
      }
    });
    for (Index h = 0; h < hot_->size(); ++h) {
      const Adagrad::State state = shared.state(hot_->feature(h));
      EXPECT_LE(state.weight, static_cast<float>(200 * workers));
      EXPECT_GE(state.weight, 1);
      EXPECT_EQ(state.squares, 2 * state.weight);  // one word: the two never part
    }
  }
}

// Alone, a worker with replicas takes the same steps; only the order in which a row's products are
// added is another.
TEST_F(Replicas, OfOneWorkerLearnTheSame) {
  for (const bool ones : {true, false}) {
    const Dataset data = test::skewed_rows(HotFeatures::kSampleRows, ones);
    const std::vector<SparseRow> rows = test::rows_of(data);
    DescentPlan plan;
    plan.features = data.features().size;
    plan.rule = Adagrad{};
    const auto plain = make_descent(plan);
    plan.hot = HotFeatures::find(data);
    ASSERT_NE(plan.hot, nullptr);
    const auto replicated = make_descent(plan);
    Pace pace{.rate = 0.1f};
    for (std::size_t begin = 0; begin < rows.size(); begin += 512, pace.time += 512) {
      const auto block = std::span(rows).subspan(begin, 512);
      const LossSum one = plain->learn(0, block, pace), other = replicated->learn(0, block, pace);
      EXPECT_NEAR(other.loss, one.loss, 1e-4 * one.loss);
    }
    for (Index j = 0; j <= plan.features; ++j) {
      EXPECT_NEAR(replicated->weight(j, pace), plain->weight(j, pace), 1e-3);
    }
  }
}

}  // namespace
}  // namespace hogwild
