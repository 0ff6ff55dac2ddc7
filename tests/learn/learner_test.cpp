#include "hogwild/learn/learner.hpp"
#include "hogwild/data/ranking.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <thread>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/data/reader.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/train/train.hpp"
#include "parallel/thread_team.hpp"
#include "support/files.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

double mean_loss_of(const Learner& learner, const Dataset& data) {
  double sum = 0;
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    sum += static_cast<double>(Logistic{}.value(learner.margin(row), row.label));
  }
  return sum / static_cast<double>(data.rows());
}

TEST(Learner, LearnsRowByRow) {
  const Dataset data = test::random_rows(5000, 50, 0.2, true);
  Learner learner({.features = 50});
  const double before = mean_loss_of(learner, data);
  EXPECT_NEAR(before, std::log(2), 1e-6);
  for (Offset i = 0; i < data.rows(); ++i) {
    const SparseRow row = data.row(i);
    const float loss = learner.learn(row, row.label);
    EXPECT_TRUE(std::isfinite(loss));
  }
  EXPECT_LT(mean_loss_of(learner, data), 0.75 * before);
}

// One thread's publications hold what it has learnt, and all of it.
TEST(Learner, PredictsByWhatWasPublished) {
  constexpr float kLastBits = 1e-5f;  // processors that fuse a product with a sum round it once
  const Dataset data = test::random_rows(1000, 200, 0.1, false);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    const LearnerOptions options{.features = 200, .update_rule = rule, .learning_rate = 0.05f};
    LearnerOptions every = options;
    every.publish_every = 64;
    Learner live(options), published(every);
    for (Offset i = 0; i < data.rows(); ++i) {
      EXPECT_EQ(live.learn(data.row(i), data.labels()[i]),
                published.learn(data.row(i), data.labels()[i]));
      const float now = live.margin(data.row(i)), seen = published.margin(data.row(i));
      if ((i + 1) % 64 == 0) {
        EXPECT_NEAR(now, seen, kLastBits) << rule.kName;
      } else if (i % 64 == 30) {
        EXPECT_NE(now, seen) << rule.kName;
      }
    }
    published.publish();
    for (Offset i = 0; i < 100; ++i) {
      EXPECT_NEAR(live.margin(data.row(i)), published.margin(data.row(i)), kLastBits) << rule.kName;
    }
    Learner again(published.snapshot(), {.publish_every = 8});
    if (!std::is_same_v<decltype(rule), Ftrl>) {
      EXPECT_NEAR(again.margin(data.row(0)), live.margin(data.row(0)), kLastBits);
    }
  });
}

// Whatever threads do meanwhile, the last publication misses nothing.
TEST(Learner, PublishesWhatSeveralThreadsLearn) {
  const Dataset data = test::random_rows(4000, 300, 0.1, true);
  for (const int workers : {1, 4}) {
    Learner learner({.features = 300, .learning_rate = 0.1f, .publish_every = 50});
    ThreadTeam team(workers);
    team.run([&](int worker) {
      for (Offset i = static_cast<Offset>(worker); i < data.rows();
           i += static_cast<Offset>(workers)) {
        learner.learn(data.row(i), data.labels()[i]);
        EXPECT_TRUE(std::isfinite(learner.predict(data.row(i))));
        if (i % 500 == 0) learner.publish();
      }
    });
    learner.publish();
    const Model model = learner.snapshot();
    for (Offset i = 0; i < 500; ++i) {
      EXPECT_NEAR(learner.margin(data.row(i)), model.margin(data.row(i)), 1e-4);
    }
  }
}

TEST(Learner, TakesLabelsOfZeroAndOne) {
  const Index j = 0;
  const SparseRow row{.indices = {&j, 1}, .values = {}};
  Learner minus({.features = 1}), zero({.features = 1});
  minus.learn(row, -1);
  zero.learn(row, 0);
  EXPECT_EQ(minus.margin(row), zero.margin(row));
  EXPECT_LT(zero.predict(row), 0.5f);
}

TEST(Learner, ServesEveryRuleAndLoss) {
  const Dataset data = test::random_rows(300, 20, 0.3, false);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    for_each_alternative<AnyLoss>([&](auto loss) {
      if (std::is_same_v<decltype(loss), Softmax>) {
        EXPECT_THROW(Learner({.loss = loss}), OptionError);
        return;
      }
      Learner learner({.features = 20, .loss = loss, .update_rule = rule, .learning_rate = 0.01f});
      for (Offset i = 0; i < data.rows(); ++i) learner.learn(data.row(i), data.labels()[i]);
      EXPECT_TRUE(std::isfinite(learner.margin(data.row(0)))) << rule.kName << loss.kName;
      EXPECT_NE(learner.margin(data.row(0)), 0) << rule.kName << loss.kName;
    });
  });
}

// Learners, predictors and snapshots at once, one thread first: nothing torn, nothing not finite,
// and what was learnt is there at the end. ThreadSanitizer watches.
TEST(Learner, LearnsAndPredictsFromManyThreadsAtOnce) {
  const Dataset data = test::random_rows(4000, 200, 0.05, true);
  for (const int threads : {1, 2, 4}) {
    Learner learner({.features = 200});
    std::atomic<int> strange{0};
    std::atomic<Offset> next{0};
    ThreadTeam team(threads);
    team.run([&](int worker) {
      for (Offset i = next.fetch_add(1); i < data.rows(); i = next.fetch_add(1)) {
        const SparseRow row = data.row(i);
        learner.learn(row, row.label);
        const float p = learner.predict(row);
        if (!(p >= 0 && p <= 1)) strange.fetch_add(1);
        if (worker == 0 && i % 512 == 0) {
          const Model model = learner.snapshot();
          if (!std::isfinite(model.margin(row))) strange.fetch_add(1);
        }
      }
    });
    EXPECT_EQ(strange.load(), 0);
    EXPECT_LT(mean_loss_of(learner, data), 0.62) << threads;
  }
}

// Eight threads learn the rows over and over while eight others ask, for HOGWILD_SOAK_SECONDS (a
// moment, unless it is set). Every answer is a probability; what was learnt is what train() learns.
TEST(Learner, AnswersWhileItLearnsForAsLongAsIsWished) {
  constexpr int kLearning = 8, kAsking = 8;
  constexpr float kRate = 0.05f;
  const char* const wished = std::getenv("HOGWILD_SOAK_SECONDS");
  const std::chrono::duration<double> seconds(wished != nullptr ? std::atof(wished) : 0.3);
  const auto end = std::chrono::steady_clock::now() + seconds;
  const Dataset data = test::random_rows(4000, 200, 0.05, true);
  Learner learner({.features = 200, .learning_rate = kRate});
  std::atomic<Offset> next{0};
  std::atomic<Offset> last{std::numeric_limits<Offset>::max()};  // where learning ends
  std::atomic<int> strange{0}, learning{kLearning};
  std::atomic<Offset> answers{0};
  ThreadTeam team(kLearning + kAsking);
  team.run([&](int worker) {
    if (worker < kLearning) {
      for (Offset i = next.fetch_add(1); i < last.load(); i = next.fetch_add(1)) {
        const SparseRow row = data.row(i % data.rows());
        learner.learn(row, row.label);
        // At the end of a pass, when time is up. Rows that others have taken by now are of the
        // next.
        if (i % data.rows() == data.rows() - 1 && std::chrono::steady_clock::now() >= end) {
          Offset unset = std::numeric_limits<Offset>::max();
          last.compare_exchange_strong(unset, i + 1);
        }
      }
      learning.fetch_sub(1);
      return;
    }
    Offset asked = 0;
    for (Offset i = 0; learning.load() > 0; ++i, ++asked) {
      const float p =
          learner.predict(data.row((i * 17 + static_cast<Offset>(worker)) % data.rows()));
      if (!(p >= 0 && p <= 1)) strange.fetch_add(1);
    }
    answers.fetch_add(asked);
  });
  EXPECT_EQ(strange.load(), 0);
  EXPECT_GT(answers.load(), 100u);
  const auto passes = static_cast<int>(last.load() / data.rows());
  const TrainResult trained = train(data, {.learning_rate = kRate, .epochs = passes, .threads = 1});
  const double loss = mean_loss(trained.model, data);
  // A thread that loses its core between a load and a store undoes, when it has one again, what the
  // others have made of that weight meanwhile.
  EXPECT_NEAR(mean_loss(learner.snapshot(), data), loss, 0.02 * loss) << passes << " passes";
}

LearnerOptions taught_by(int teachers, const Dataset& data) {
  LearnerOptions options{.features = data.features().size, .learning_rate = 0.1f};
  options.teachers = teachers;
  options.hot_features = hot_features(data);
  return options;
}

TEST(Learner, OfTeachersMergesTheirStepsWhenItSettles) {
  const Dataset data = test::skewed_rows(3000, false);
  const Learner none(taught_by(0, data));
  EXPECT_EQ(none.views().reason, "there are no teachers");
  Learner learner(taught_by(2, data)), alone(taught_by(0, data));
  if (learner.views().own == 0) GTEST_SKIP() << learner.views().reason;
  const Index hottest = hot_features(data)[0];
  const SparseRow row{.indices = {&hottest, 1}, .values = {}};
  learner.learn(row, 1);
  alone.learn(row, 1);
  EXPECT_EQ(learner.margin(row), 0);  // a hot weight and the bias, both the teacher's own as yet
  learner.settle();
  EXPECT_EQ(learner.margin(row), alone.margin(row));
  for (Offset i = 0; i < data.rows(); ++i) {
    learner.learn(data.row(i), data.labels()[i]);
    alone.learn(data.row(i), data.labels()[i]);
  }
  const Model one = learner.snapshot(), other = alone.snapshot();
  for (Index j = 0; j < data.features().size; ++j) {
    EXPECT_NEAR(one.weights()[j], other.weights()[j], 1e-4) << j;
  }
  EXPECT_NEAR(one.bias(), other.bias(), 1e-4);
  EXPECT_EQ(learner.margin(data.row(7)), learner.margin(data.row(7)));
}

TEST(Learner, OfTeachersLearnsAsWellFromManyThreads) {
  const Dataset data = test::skewed_rows(20'000, true, 1), test = test::skewed_rows(4'000, true, 2);
  Learner alone(taught_by(0, data));
  for (Offset i = 0; i < data.rows(); ++i) alone.learn(data.row(i), data.labels()[i]);
  const double loss = mean_loss(alone.snapshot(), test);
  for (const int threads : {1, 2, 4}) {  // of four, two have no place at times
    Learner learner(taught_by(2, data));
    ThreadTeam team(threads);
    team.run([&](int worker) {
      for (auto i = static_cast<Offset>(worker); i < data.rows();
           i += static_cast<Offset>(threads)) {
        learner.learn(data.row(i), data.labels()[i]);
        if (i % 100 == 0) {
          const float p = learner.predict(test.row(i % test.rows()));
          ASSERT_TRUE(p > 0 && p < 1);
        }
        if (i % 5000 == 0) learner.snapshot();
      }
    });
    EXPECT_NEAR(mean_loss(learner.snapshot(), test), loss, 0.02 * loss) << threads;
  }
}

TEST(Learner, OfTeachersRefusesWhatCannotMerge) {
  const auto refuses = [](LearnerOptions options) {
    options.teachers = 2;
    EXPECT_THROW(Learner{options}, OptionError);
  };
  refuses({.update_rule = AdaptiveRevision{}});
  refuses({.publish_every = 10});
  refuses({.features = 5, .hot_features = {5}});
  EXPECT_THROW(Learner({.teachers = -1}), OptionError);
}

TEST(Learner, SnapshotsPredictAsItDid) {
  const Dataset data = test::random_rows(500, 30, 0.2, false);
  Learner learner({.features = 30});
  for (Offset i = 0; i < data.rows(); ++i) learner.learn(data.row(i), data.labels()[i]);
  const Model model = learner.snapshot();
  for (Offset i = 0; i < data.rows(); ++i) {
    EXPECT_NEAR(model.predict(data.row(i)), learner.predict(data.row(i)), 1e-5);
  }
  const test::TemporaryFolder folder;
  learner.save(folder.path("m"));
  EXPECT_EQ(load(folder.path("m")).bias(), model.bias());
}

TEST(Learner, GoesOnFromAModel) {
  const Dataset data = test::random_rows(2000, 30, 0.2, true);
  Learner first({.features = 30, .update_rule = Sgd{}, .learning_rate = 0.1f});
  Learner whole({.features = 30, .update_rule = Sgd{}, .learning_rate = 0.1f});
  const auto learn = [&](Learner& learner, Offset from, Offset to) {
    for (Offset i = from; i < to; ++i) learner.learn(data.row(i), data.labels()[i]);
  };
  learn(first, 0, 1000);
  Learner second(first.snapshot(), {.update_rule = Sgd{}, .learning_rate = 0.1f});
  EXPECT_EQ(second.margin(data.row(0)), first.margin(data.row(0)));
  learn(second, 1000, 2000);
  learn(whole, 0, 2000);
  // sgd has no state but the weights.
  for (Offset i = 0; i < data.rows(); ++i) {
    EXPECT_EQ(second.margin(data.row(i)), whole.margin(data.row(i)));
  }
  EXPECT_THROW(Learner(first.snapshot(), {.update_rule = Ftrl{}}), OptionError);
  EXPECT_THROW(Learner(first.snapshot(), {.bias = false}), OptionError);
}

TEST(Learner, AddsFeaturesToThoseOfAModel) {
  const Dataset data = test::random_rows(500, 30, 0.2, true);
  Learner first({.features = 30});
  for (Offset i = 0; i < data.rows(); ++i) first.learn(data.row(i), data.labels()[i]);
  const Model model = first.snapshot();
  EXPECT_EQ(Learner(model, {}).features().size, 30u);
  EXPECT_EQ(Learner(model, {.features = 20}).features().size, 30u);
  for (const std::uint64_t publish_every : {0, 1}) {
    Learner second(model, {.features = 40, .publish_every = publish_every});
    EXPECT_NEAR(second.margin(data.row(0)), model.margin(data.row(0)), 1e-5);
    const Index added = 35;
    second.learn({.indices = {&added, 1}, .values = {}}, 1);
    const Model wider = second.snapshot();
    ASSERT_EQ(wider.features().size, 40u);
    EXPECT_GT(wider.weights()[added], 0);
    for (Index j = 0; j < 30; ++j) EXPECT_EQ(wider.weights()[j], model.weights()[j]);
  }
  const Learner named(LearnerOptions{.hash_bits = 8});
  EXPECT_THROW(Learner(named.snapshot(), {.features = 1000}), OptionError);
}

TEST(Learner, KeepsTheLabelsOfTheModelItGoesOnFrom) {
  Dataset::Arrays arrays;
  for (Index i = 0; i < 200; ++i) {
    arrays.indices.push_back(i % 2);
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(i % 2 == 0 ? 1.0f : 2.0f);
  }
  const Dataset data(std::move(arrays), {.size = 2});
  Learner learner(train(data, {.learning_rate = 0.1f, .threads = 1}).model, {});
  const float before = learner.margin(data.row(0));
  for (int times = 0; times < 20; ++times) {
    learner.learn(data.row(0), 1);
    learner.learn(data.row(1), 2);
  }
  EXPECT_LT(learner.margin(data.row(0)), before);
  EXPECT_GT(learner.predict(data.row(1)), 0.5f);
  EXPECT_EQ(learner.snapshot().labels(), (LabelPair{1, 2}));
}

TEST(Learner, HashesNamesAsTextOfThemIs) {
  const test::TemporaryFolder folder;
  Learner learner({.hash_bits = 18});
  EXPECT_EQ(learner.features().size, 1u << 18);
  const std::vector<Index> good{*learner.feature("word^good"), *learner.feature("plain")};
  const std::vector<Index> bad{*learner.feature("word^a_name_that_is_longer_than_most")};
  for (int times = 0; times < 20; ++times) {
    learner.learn({.indices = good, .values = {}}, 1);
    learner.learn({.indices = bad, .values = {}}, 0);
  }
  learner.save(folder.path("m"));
  const Model model = load(folder.path("m"));
  const Dataset text = read(
      {folder.write("t.vw", "1 |word good | plain\n-1 |word a_name_that_is_longer_than_most\n")},
      {.features = model.features()});
  EXPECT_NEAR(model.predict(text.row(0)), learner.predict({.indices = good, .values = {}}), 1e-6);
  EXPECT_GT(model.predict(text.row(0)), 0.6f);
  EXPECT_LT(model.predict(text.row(1)), 0.4f);
  EXPECT_FALSE(Learner({.features = 3}).feature("word^good").has_value());
  EXPECT_THROW(Learner({.hash_bits = 32}), OptionError);
}

TEST(Learner, CountsRowsByTheirWeightAndThatOfTheirLabel) {
  const Index j = 0;
  const SparseRow row{.indices = {&j, 1}, .values = {}};
  const auto margin_after = [&](LearnerOptions options, float label, float weight) {
    options.features = 1;
    options.update_rule = Sgd{};
    options.learning_rate = 0.1f;
    Learner learner(options);
    SparseRow weighted = row;
    weighted.weight = weight;
    learner.learn(weighted, label);
    return learner.margin(row);
  };
  const float once = margin_after({}, 1, 1);
  EXPECT_NEAR(margin_after({}, 1, 3), 3 * once, 1e-6);
  EXPECT_NEAR(margin_after({.positive_weight = 3}, 1, 1), 3 * once, 1e-6);
  EXPECT_NEAR(margin_after({.positive_weight = 3}, -1, 1), -once, 1e-6);
  EXPECT_EQ(margin_after({.negative_weight = 0}, -1, 1), 0);
  EXPECT_THROW(Learner({.positive_weight = -1}), OptionError);
}

TEST(Learner, PredictsRowsOneByOneOrAllTogether) {
  const Dataset data = test::random_rows(100, 30, 0.2, false);
  Learner learner({.features = 30});
  std::vector<SparseRow> rows;
  for (Offset i = 0; i < data.rows(); ++i) rows.push_back(data.row(i));
  learner.learn(rows);
  std::vector<float> all(rows.size());
  learner.predict(rows, all);
  for (std::size_t i = 0; i < rows.size(); ++i) EXPECT_EQ(all[i], learner.predict(rows[i]));
}

TEST(Learner, ManyLiveSideBySide) {
  const Index j = 0;
  const SparseRow row{.indices = {&j, 1}, .values = {}};
  Learner up({.features = 1}), down({.features = 1});
  up.learn(row, 1);
  down.learn(row, -1);
  EXPECT_GT(up.margin(row), 0);
  EXPECT_LT(down.margin(row), 0);
  Learner moved = std::move(up);
  EXPECT_GT(moved.margin(row), 0);
}

TEST(Learner, RefusesAnImpossibleRate) {
  EXPECT_THROW(Learner({.learning_rate = 0.0f}), OptionError);
  EXPECT_THROW(Learner({.learning_rate = -1.0f}), OptionError);
  EXPECT_THROW(Learner({.learning_rate = std::nanf("")}), OptionError);
}

}  // namespace
}  // namespace hogwild
