// What is the same for every kind of distributed run.
#include "support/places.hpp"
#include "support/ranks.hpp"

namespace hogwild::test {
namespace {

class DistributedRun : public Ranks {
 protected:
  // All ranks fail alike, and one of them says why, once.
  void expect_refused(int ranks, const std::string& arguments, int status,
                      const std::string& reason) {
    const Outcome outcome = run_on(ranks, arguments + " -o m --distributed downpour");
    EXPECT_EQ(outcome.status, status) << outcome.err;
    const auto first = outcome.err.find(reason);
    EXPECT_NE(first, std::string::npos) << "not said: " << reason << "\n" << outcome.err;
    EXPECT_EQ(outcome.err.find(reason, first + 1), std::string::npos) << "said twice\n"
                                                                      << outcome.err;
  }
};

TEST_F(DistributedRun, StopsEarlyByTheLossOfAllRanksValidationRows) {
  const Outcome outcome = run_on(2,
                                 "click.svm -o m --distributed downpour --valid test.svm "
                                 "--epochs 50 --early-stopping 2 --threads 1 --log log");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto end = events("log", "end").at(0);
  EXPECT_EQ(end["reason"], "early_stopping");
  const auto epochs = events("log", "epoch");
  const int best = end["best_epoch"];
  ASSERT_EQ(epochs.size(), static_cast<std::size_t>(best) + 2);
  EXPECT_NEAR(test_loss("m"), epochs.at(static_cast<std::size_t>(best) - 1)["valid_loss"], 1e-6);
}

TEST_F(DistributedRun, ARankMayHaveNoRows) {
  const Outcome outcome =
      run_on(4, "train.svm -o m --distributed downpour --learning-rate 0.1 --log log");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  int rows = 0;
  for (const auto& told : events("log", "rank")) rows += told["rows"].get<int>();
  EXPECT_EQ(rows, 4);
}

TEST_F(DistributedRun, FeaturesAndLabelsAreThoseOfAllRanks) {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "1 1:1 2:1\n";
  for (int i = 0; i < 200; ++i) text += "-1 2:1 9:1\n";
  folder_.write("sorted.svm", text);
  const Outcome outcome =
      run_on(2, "sorted.svm -o m --distributed downpour --learning-rate 0.5 --epochs 5");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto model = nlohmann::json::parse(run("inspect m --json").out);
  EXPECT_EQ(model["features"], 9);
  const Outcome told = run("evaluate m sorted.svm --json");
  EXPECT_EQ(nlohmann::json::parse(told.out)["accuracy"], 1.0);
}

TEST_F(DistributedRun, ARanksRowsMayBeOfOneLabel) {
  std::string text;
  for (int i = 0; i < 300; ++i) text += "+1 1:1\n";
  for (int i = 0; i < 300; ++i) text += "-1 2:1\n";
  folder_.write("sorted.svm", text);
  for (const std::string kind : {"downpour", "easgd", "allreduce"}) {
    const Outcome outcome = run_on(
        2, "sorted.svm -o m --valid-fraction 0.2 --epochs 3 --threads 1 --distributed " + kind);
    ASSERT_EQ(outcome.status, 0) << kind << outcome.err;
    const Outcome told = run("evaluate m sorted.svm --json");
    EXPECT_EQ(nlohmann::json::parse(told.out)["accuracy"], 1.0) << kind;
  }
}

TEST_F(DistributedRun, AFaultIsToldOnceByItsPlaceInTheFile) {
  std::string text;
  for (int i = 1; i <= 100; ++i) text += i == 90 ? "1 2:x\n" : i % 2 == 0 ? "1 1:1\n" : "-1 1:2\n";
  folder_.write("bad.svm", text);
  expect_refused(2, "bad.svm", 1, "bad.svm:90:5: ");
  folder_.write("third.svm", "1 1:1\n-1 1:1\n1 1:1\n-1 1:1\n1 1:1\n-1 1:1\n3 1:1\n1 1:1\n");
  expect_refused(2, "third.svm", 1, "third.svm:7:1: third label 3");
}

TEST_F(DistributedRun, WhatNothingCanBeLearntFromIsRefused) {
  std::string table, labels, classes;
  for (int i = 0; i < 100; ++i) {
    table += std::to_string(i % 2) + ",0.5," + std::to_string(i) + "\n";
    labels += i % 2 == 0 ? "1\n" : "-1\n";
    classes += "class" + std::to_string(i) + " 1:1\n";
  }
  folder_.write("table.csv", table);
  folder_.write("labels.svm", labels);
  folder_.write("classes.svm", classes);
  expect_refused(2, "table.csv --label 1", 2, "can't be divided");
  expect_refused(2, "labels.svm", 1, "labels.svm: no row has a feature");
  expect_refused(2, "classes.svm --loss softmax", 1, "each of its 100 rows has a class of its own");
}

TEST_F(DistributedRun, AByteOrderMarkIsNoPartOfALabel) {
  std::string text = "\xef\xbb\xbf";
  for (int i = 0; i < 100; ++i) text += i % 2 == 0 ? "1 1:1\n" : "-1 2:1\n";
  folder_.write("marked.svm", text);
  EXPECT_EQ(run_on(2, "marked.svm -o m --threads 1").status, 0);
}

TEST_F(DistributedRun, WhatRanksCantDoIsRefused) {
  expect_refused(2, "-", 2, "can't share the standard input");
  expect_refused(2, "train.vw", 2, "--hash-bits");
  if (kSanitized) return;  // the rest is said in the same way
  expect_refused(2, "missing.svm", 1, "missing.svm: No such file");
  expect_refused(2, "click.svm --servers 2", 2, "at least one must learn");
  expect_refused(2, "click.svm --l2 0.1 --push-every 8", 2, "only with --push-every 1");
  expect_refused(2, "click.svm --optimizer adam", 2, "sgd, adagrad and adaptive_revision");
}

TEST_F(DistributedRun, RanksWithOtherOptionsAreNamed) {
  // 2 epochs on the first rank, 3 on the second.
  const Outcome outcome =
      run("train click.svm -o m --distributed downpour",
          mpirun(2) +
              " sh -c 'exec \"$0\" \"$@\" --epochs $((2 + ${OMPI_COMM_WORLD_RANK:-$PMI_RANK}))'");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("rank 1 on "), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("were started with different options"), std::string::npos);
}

TEST_F(DistributedRun, OptionsOfRanksNeedAKind) {
  const Outcome outcome = run("train click.svm -o m --fetch-every 3");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("--distributed"), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace hogwild::test
