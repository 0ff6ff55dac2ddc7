#include "hogwild/learn/parameter_file.hpp"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <thread>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/error.hpp"
#include "hogwild/eval/evaluate.hpp"
#include "hogwild/learn/learner.hpp"
#include "hogwild/train/train.hpp"
#include "parallel/thread_team.hpp"
#include "support/files.hpp"
#include "support/rows.hpp"

namespace hogwild {
namespace {

ParameterKind kind(Index features, AnyUpdateRule rule = Adagrad{}) {
  return {.features = {.size = features},
          .loss = Logistic{},
          .labels = {},
          .update_rule = rule,
          .learning_rate = 0.1f};
}

TEST(ParameterFile, OneThreadLearnsWhatALearnerOfItsOwnDoes) {
  const Dataset data = test::random_rows(500, 40, 0.2, false);
  for_each_alternative<AnyUpdateRule>([&](auto rule) {
    if (is_indivisible<decltype(rule)>) return;
    const test::TemporaryFolder folder;
    Learner alone({.features = 40, .update_rule = rule, .learning_rate = 0.1f});
    Learner shared(ParameterFile::join(folder.path("p"), kind(40, rule)));
    const Learner reader(ParameterFile::open(folder.path("p")));
    for (Offset i = 0; i < data.rows(); ++i) {
      EXPECT_EQ(alone.learn(data.row(i), data.labels()[i]),
                shared.learn(data.row(i), data.labels()[i]));
      EXPECT_EQ(reader.margin(data.row(i)), alone.margin(data.row(i))) << rule.kName;
    }
    EXPECT_NE(reader.snapshot().bias(), 0);
  });
}

// Cells of hot features come first in the file; a Learner still names features by number.
TEST(ParameterFile, HasHotFeaturesFirst) {
  const Dataset data = test::random_rows(500, 40, 0.2, false);
  const test::TemporaryFolder folder;
  ParameterKind hot = kind(40);
  hot.hot = {7, 3, 11};
  Learner alone({.features = 40, .learning_rate = 0.1f});
  Learner shared(ParameterFile::join(folder.path("p"), hot));
  const auto file = ParameterFile::open(folder.path("p"));
  EXPECT_EQ(file->kind().hot, hot.hot);
  for (Offset i = 0; i < data.rows(); ++i) {
    alone.learn(data.row(i), data.labels()[i]);
    shared.learn(data.row(i), data.labels()[i]);
  }
  const Model one = alone.snapshot(), other = Learner(file).snapshot();
  for (Index j = 0; j < 40; ++j) EXPECT_EQ(one.weights()[j], other.weights()[j]) << j;
  EXPECT_EQ(one.bias(), other.bias());
  const auto* const cells = reinterpret_cast<const Adagrad::State*>(file->cells());
  EXPECT_EQ(cells[1].weight, one.weights()[3]);
  EXPECT_EQ(cells[3 + 3].weight, 0);
  EXPECT_EQ(cells[3 + 40].weight, one.bias());
  hot.hot = {40};
  EXPECT_THROW(ParameterFile::join(folder.path("q"), hot), std::invalid_argument);
}

TEST(ParameterFile, KeepsWhatWasLearntUntilItIsRemoved) {
  const test::TemporaryFolder folder;
  const Index j = 3;
  const SparseRow row{.indices = {&j, 1}, .values = {}};
  float margin = 0;
  {
    const auto file = ParameterFile::join(folder.path("p"), kind(5));
    EXPECT_TRUE(file->made());
    Learner learner(file);
    learner.learn(row, 1);
    margin = learner.margin(row);
  }
  const auto again = ParameterFile::join(folder.path("p"), kind(5));
  EXPECT_FALSE(again->made());
  EXPECT_NE(margin, 0);
  EXPECT_EQ(Learner(again).margin(row), margin);
  EXPECT_EQ(Learner(ParameterFile::join(folder.path("p"))).margin(row), margin);
  std::filesystem::remove(folder.path("p"));
  EXPECT_EQ(Learner(again).margin(row), margin);
}

TEST(ParameterFile, RefusesAnotherKind) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("p");
  const auto file = ParameterFile::join(path, kind(5));
  const auto refused = [&](ParameterKind other, const std::string& word) {
    try {
      ParameterFile::join(path, other);
      ADD_FAILURE() << word;
    } catch (const OptionError& error) {
      EXPECT_NE(error.reason.find(word), std::string::npos) << error.what();
    }
  };
  refused(kind(5, Sgd{}), "--optimizer adagrad");
  refused(kind(5, Adagrad{.epsilon = 0.5f}), "--epsilon");
  refused(kind(6), "5 features");
  ParameterKind other = kind(5);
  other.bias = false;
  refused(other, "--no-bias");
  other = kind(5);
  other.loss = Hinge{};
  refused(other, "--loss");
  other = kind(5);
  other.labels = {0, 1};
  refused(other, "labels");
  other = kind(1u << 5);
  other.features.hash_bits = 5;
  refused(other, "--hash-bits");
  other = kind(4);
  other.learning_rate = 0.7f;
  EXPECT_EQ(ParameterFile::join(path, other)->kind().learning_rate, 0.1f);
  EXPECT_EQ(ParameterFile::join(path, other)->kind().features.size, 5u);
}

TEST(ParameterFile, RefusesWhatCannotBeShared) {
  const test::TemporaryFolder folder;
  EXPECT_THROW(ParameterFile::join(folder.path("p"), kind(5, AdaptiveRevision{})), OptionError);
  ParameterKind named = kind(0);
  named.features.names = std::make_shared<FeatureNames>();
  EXPECT_THROW(ParameterFile::join(folder.path("p"), named), OptionError);
  EXPECT_FALSE(std::filesystem::exists(folder.path("p")));
}

TEST(ParameterFile, RefusesADamagedOrForeignFile) {
  const test::TemporaryFolder folder;
  const std::string path = folder.path("p");
  ParameterFile::join(path, kind(5));
  const std::string whole = test::contents(path);
  for (std::size_t at = 0; at < 200; at += 3) {  // of the head
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    folder.write("d", damaged);
    EXPECT_THROW(ParameterFile::open(folder.path("d")), ModelError) << at;
  }
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{7}, std::size_t{100}, std::size_t{8192}, whole.size() - 1}) {
    folder.write("d", whole.substr(0, size));
    EXPECT_THROW(ParameterFile::open(folder.path("d")), ModelError) << size;
    EXPECT_THROW(ParameterFile::join(folder.path("d"), kind(5)), ModelError) << size;
  }
  EXPECT_THROW(ParameterFile::open(folder.path("none")), IoError);
  EXPECT_THROW(ParameterFile::open(folder.path("")), IoError);
  EXPECT_FALSE(is_parameter_file(folder.path("none")));
  EXPECT_TRUE(is_parameter_file(path));
}

TEST(ParameterFile, TellsWhoLearns) {
  const test::TemporaryFolder folder;
  const auto file = ParameterFile::join(folder.path("p"), kind(5));
  {
    const auto other = ParameterFile::join(folder.path("p"));
    EXPECT_EQ(file->writers().size(), 2u);
    other->beat(30);
    file->beat(10);
  }
  const auto writers = file->writers();
  ASSERT_EQ(writers.size(), 1u);
  EXPECT_EQ(writers[0].process, static_cast<std::uint32_t>(getpid()));
  EXPECT_TRUE(writers[0].running);
  EXPECT_LT(writers[0].silent_seconds, 60);
  EXPECT_EQ(writers[0].rows, 10u);
  EXPECT_EQ(file->rows(), 40u);
  EXPECT_FALSE(ParameterFile::open(folder.path("p"))->writable());
}

TEST(ParameterFile, HasRoomForSixtyThreeWriters) {
  const test::TemporaryFolder folder;
  std::vector<std::shared_ptr<ParameterFile>> files{ParameterFile::join(folder.path("p"), kind(1))};
  while (files.size() < 63) files.push_back(ParameterFile::join(folder.path("p")));
  EXPECT_THROW(ParameterFile::join(folder.path("p")), OptionError);
  files.pop_back();
  EXPECT_TRUE(ParameterFile::join(folder.path("p"))->writable());
}

// Of all who try to make the file at once one does, and all share it.
TEST(ParameterFile, IsMadeOnce) {
  for (int workers : {1, 4}) {
    const test::TemporaryFolder folder;
    std::vector<std::shared_ptr<ParameterFile>> files(static_cast<std::size_t>(workers));
    ThreadTeam team(workers);
    team.run([&](int worker) {
      files[static_cast<std::size_t>(worker)] = ParameterFile::join(folder.path("p"), kind(9));
    });
    int made = 0;
    for (const auto& file : files) made += file->made();
    EXPECT_EQ(made, 1);
    EXPECT_EQ(files[0]->writers().size(), files.size());
    EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path("")), {}), 1);
  }
}

// Two mappings of a file, as two processes have them, reach the loss of two threads.
TEST(ParameterFile, TwoRunsIntoItLearnAsTwoThreadsDo) {
  const Dataset data = test::skewed_rows(20'000, true);
  const Dataset held_out = test::skewed_rows(20'000, true, 2);
  const auto [first, second] = split(data, 0.5, 1);
  TrainOptions options{.learning_rate = 0.1f, .epochs = 3, .threads = 2};
  const double by_threads = evaluate(train(data, options).model, held_out).loss;
  const test::TemporaryFolder folder;
  options.threads = 1;
  options.parameters = folder.path("p");
  for (int workers : {1, 2}) {
    std::filesystem::remove(options.parameters);
    std::vector<Dataset> halves{first, second};
    ThreadTeam team(workers);
    team.run([&](int worker) {
      for (int k = worker; k < 2; k += workers) train(halves[static_cast<std::size_t>(k)], options);
    });
    const Model model = Learner(ParameterFile::open(options.parameters)).snapshot();
    EXPECT_NEAR(evaluate(model, held_out).loss / by_threads, 1, 0.01) << workers;
    EXPECT_EQ(ParameterFile::open(options.parameters)->rows(), 3 * data.rows());
  }
}

TEST(ParameterFile, GivesWhoJoinsItsRate) {
  const Dataset data = test::random_rows(3000, 40, 0.2, true);
  const test::TemporaryFolder folder;
  TrainOptions options{.threads = 1, .parameters = folder.path("p")};
  const TrainResult first = train(data, options);
  EXPECT_TRUE(first.rate_search);
  const TrainResult second = train(data, options);
  EXPECT_FALSE(second.rate_search);
  EXPECT_EQ(second.learning_rate, first.learning_rate);
  // It began where the other ended.
  EXPECT_LT(second.epochs[0].train_loss, first.epochs[0].train_loss);
}

// Two who begin at once find different rates and epsilons; who comes second takes the first's.
TEST(ParameterFile, LetsSeveralLookForARateAtOnce) {
  for (const int workers : {1, 3}) {
    const test::TemporaryFolder folder;
    ThreadTeam team(workers);
    team.run([&](int worker) {
      const Dataset data = test::skewed_rows(3000, true, static_cast<std::uint64_t>(worker) + 5);
      train(data, {.threads = 1, .parameters = folder.path("p")});
    });
    EXPECT_EQ(ParameterFile::open(folder.path("p"))->rows(),
              3000u * static_cast<unsigned>(workers));
  }
}

TEST(ParameterFile, TakesFewerFeaturesThanItIsOf) {
  const test::TemporaryFolder folder;
  TrainOptions options{.learning_rate = 0.1f,
                       .threads = 1,
                       .parameters = folder.path("p"),
                       .parameter_features = 60};
  train(test::random_rows(300, 40, 0.2, true), options);
  const TrainResult second = train(test::random_rows(300, 50, 0.2, true), options);
  EXPECT_EQ(second.model.features().size, 60u);
  EXPECT_THROW(train(test::random_rows(300, 61, 0.2, true), options), OptionError);
}

TEST(ParameterFile, IsNotForWhatOtherProcessesCannotKnow) {
  const Dataset data = test::random_rows(300, 10, 0.2, true);
  const test::TemporaryFolder folder;
  const auto refused = [&](TrainOptions options, const std::string& option) {
    options.parameters = folder.path("p");
    try {
      train(data, options);
      ADD_FAILURE() << option;
    } catch (const OptionError& error) {
      EXPECT_EQ(error.option, option) << error.what();
    }
  };
  refused({.loss = Softmax{}}, "loss");
  refused({.one_vs_rest = true}, "one-vs-rest");
  refused({.strategy = Strategy::locked}, "strategy");
  refused({.strategy = Strategy::deterministic}, "strategy");
  refused({.batch_size = kFullBatch}, "batch-size");
  refused({.state = StateHome::per_thread}, "state");
  refused({.batch_size = 8, .batch_norm = true}, "batch-norm");
  refused({.average = true}, "average");
  refused({.l2 = 0.1f, .penalty_method = PenaltyMethod::exact}, "penalty");
  refused({.l1 = 0.1f, .update_rule = Ftrl{}}, "l1");
  refused({.init = 0.1f}, "init");
  refused({.update_rule = AdaptiveRevision{}, .learning_rate = 0.1f}, "parameters");
}

}  // namespace
}  // namespace hogwild
