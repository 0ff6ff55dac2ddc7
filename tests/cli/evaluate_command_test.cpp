// hogwild evaluate as a shell user meets it.
#include <gtest/gtest.h>

#include <string>

#include "support/command.hpp"

namespace hogwild {
namespace {

using test::Command;
using test::Outcome;

TEST_F(Command, EvaluatesTheSameOnAnyNumberOfThreadsFromFilesAndPipes) {
  ASSERT_EQ(run("generate click 10000 -o click.svm").status, 0);  // several chunks
  ASSERT_EQ(run("train click.svm -o m --learning-rate 0.1 --threads 1").status, 0);
  const std::string wanted = run("evaluate m click.svm --json --threads 1").out;
  EXPECT_NE(wanted.find("\"rows\":10000,"), std::string::npos) << wanted;
  EXPECT_EQ(run("evaluate m click.svm --json --threads 2").out, wanted);
  EXPECT_EQ(run("evaluate m click.svm --json").out, wanted);
  EXPECT_EQ(run("evaluate m - --json", "", file("click.svm")).out, wanted);
}

TEST_F(Command, EvaluatesWithAWordOnWhatItLeftOut) {
  run("train train.svm -o m --epochs 20 --threads 1");
  const Outcome outcome = run("evaluate m - --on-error skip", "", "1 1:1 9:1\n-1 x\n-1 3:1 2:1\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.err.find("1 of 4 non-zeros have features that the model does not have"),
            std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("skipped 1 malformed lines; the first: -:2:4:"), std::string::npos)
      << outcome.err;
}

TEST_F(Command, EvaluatesOnlyLabelsTheModelKnows) {
  run("train train.svm -o m --epochs 20 --threads 1");
  const auto complaint = [&](const std::string& rows) {
    const Outcome outcome = run("evaluate m -", "", rows);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_EQ(outcome.out, "");
    return outcome.err;
  };
  EXPECT_EQ(complaint("1 1:1\n0 1:1\n"),
            "hogwild: -:2:1: the label is 0; the model's labels are -1 and 1\n");
  EXPECT_NE(complaint("1 1:1\n 1:1\n").find("-:2:2: this row has no label"), std::string::npos);
  EXPECT_NE(complaint("").find("-: it has no rows"), std::string::npos);
}

}  // namespace
}  // namespace hogwild
