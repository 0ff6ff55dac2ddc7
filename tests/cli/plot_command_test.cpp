#include "support/command.hpp"

namespace hogwild::test {
namespace {

using PlotCommand = Command;

TEST_F(PlotCommand, DrawsWhatTrainLogs) {
  run("train train.svm -o m --epochs 3 --learning-rate 0.1 --log run.jsonl");
  const Outcome outcome = run("plot run.jsonl run.jsonl -o loss.tsv", "PATH=/nowhere");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto table = lines(file("loss.tsv"));
  ASSERT_EQ(table.size(), 7u);
  EXPECT_EQ(table[0], "curve\tepoch\tloss");
  EXPECT_TRUE(table[1].starts_with("run, training\t1\t"));
  EXPECT_TRUE(table[6].starts_with("run 2, training\t3\t"));
}

TEST_F(PlotCommand, RefusesWhatIsNoLog) {
  const Outcome outcome = run("plot train.svm -o p.svg");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("train.svm:1:1: "), std::string::npos) << outcome.err;
  EXPECT_EQ(run("plot nowhere -o p.svg").status, 1);
  EXPECT_EQ(run("plot -o p.svg").status, 2);
}

}  // namespace
}  // namespace hogwild::test
