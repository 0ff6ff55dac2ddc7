#include <algorithm>

#include "support/ranks.hpp"

namespace hogwild::test {
namespace {

class Dataflow : public Ranks {};

// As many rows a step as leave 1,024 steps to an epoch.
TEST_F(Dataflow, ChoosesItsBatchesByTheNumberOfRows) {
  const std::string options = "click.svm --learning-rate 0.1 --distributed graph --threads 1 ";
  ASSERT_EQ(run_on(2, options + "-o m").status, 0);
  const int rows = std::clamp(kRows / 1024, 2, 64);
  ASSERT_EQ(run_on(2, options + fmt::format("-o n --batch-size {}", rows)).status, 0);
  EXPECT_EQ(file("m"), file("n"));
}

TEST_F(Dataflow, OneRankIsTheRunInBatches) {
  const std::string options =
      "click.svm --batch-size 32 --learning-rate 0.1 --l1 0.0001 --l2 0.001 --threads 1 ";
  ASSERT_EQ(run("train " + options + "-o alone").status, 0);
  ASSERT_EQ(run_on(1, options + "-o ranked --distributed graph").status, 0);
  EXPECT_EQ(file("ranked"), file("alone"));
}

TEST_F(Dataflow, FeaturesOnSeveralRanksGiveTheSameModel) {
  std::vector<std::string> rules{"adagrad", "adam", "ftrl", "nesterov", "adaptive_revision"};
  if (kSanitized) rules.resize(1);
  for (const std::string& rule : rules) {
    const std::string options =
        "click.svm --learning-rate 0.01 --batch-size 32 --epochs 2 --threads 1 --l2 0.001 "
        "--optimizer " +
        rule;
    ASSERT_EQ(run("train -o alone " + options).status, 0);
    for (const int ranks : some_ranks()) {
      const Outcome outcome = run_on(ranks, "-o m --distributed graph --log log " + options);
      ASSERT_EQ(outcome.status, 0) << outcome.err;
      EXPECT_NEAR(test_loss("m"), test_loss("alone"), 1e-5) << rule << " on " << ranks;
      // Each rank has read its part, has been sent the others' columns, and all rows count once.
      std::uint64_t rows = 0;
      for (const auto& told : events("log", "rank")) {
        if (told["epoch"] == 2) rows += told["rows"].get<std::uint64_t>();
      }
      EXPECT_EQ(rows, std::uint64_t{kRows});
      EXPECT_EQ(events("log", "epoch").at(1)["rows"], kRows);
      EXPECT_EQ(events("log", "epoch").at(1)["nonzeros"], events("log", "epoch").at(0)["nonzeros"]);
    }
  }
}

TEST_F(Dataflow, TwoNumbersARowPassEachRankButTheFirst) {
  ASSERT_EQ(run_on(3,
                   "click.svm -o m --distributed graph --batch-size 100 --learning-rate 0.1 "
                   "--threads 1 --log log")
                .status,
            0);
  const auto told = events("log", "rank");
  const std::uint64_t steps = kRows / 100, head = 16;
  for (const int rank : {1, 2}) {
    const auto& one = told.at(static_cast<std::size_t>(rank));
    for (const char* const way : {"sent", "received"}) {
      EXPECT_EQ(one[way]["tensor"][0], steps);
      // With the slopes goes whether to end.
      const std::uint64_t besides = way == std::string("sent") ? head : head + 8;
      EXPECT_EQ(one[way]["tensor"][1], kRows * 8 + steps * besides);
    }
  }
  EXPECT_EQ(told.at(0)["sent"]["tensor"][0], 2 * steps);
}

TEST_F(Dataflow, ThreadsOfARankAreDevices) {
  const Outcome outcome = run_on(2,
                                 "click.svm -o m --distributed graph --threads 2 "
                                 "--learning-rate 0.1 --print-graph");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_LT(test_loss("m"), kLearnt);
  EXPECT_NE(outcome.out.find("label=\"device 3\""), std::string::npos);
  const auto sends = [&](const std::string& tensor) {
    std::size_t count = 0;
    for (auto at = outcome.out.find("send " + tensor); at != std::string::npos;
         at = outcome.out.find("send " + tensor, at + 1)) {
      ++count;
    }
    return count;
  };
  EXPECT_EQ(sends("margins"), 3u);
  EXPECT_EQ(sends("slopes"), 3u);
}

TEST_F(Dataflow, ValidatesStopsAndResumes) {
  const Outcome outcome = run_on(2,
                                 "click.svm -o m --distributed graph --valid test.svm --epochs 50 "
                                 "--early-stopping 2 --batch-size 64 --threads 1 --log log");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(events("log", "end").at(0)["reason"], "early_stopping");
  const Outcome resumed = run_on(3,
                                 "click.svm -o n --distributed graph --resume m --optimizer sgd "
                                 "--learning-rate 1e-12 --threads 1");
  ASSERT_EQ(resumed.status, 0) << resumed.err;
  EXPECT_NEAR(test_loss("n"), test_loss("m"), 1e-6);
}

}  // namespace
}  // namespace hogwild::test
