// hogwild train --resume as a shell user meets it.
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>

#include "support/command.hpp"
#include "support/sanitized.hpp"

namespace hogwild::test {
namespace {

class ResumeCommand : public Command {
 protected:
  ResumeCommand() { EXPECT_EQ(run("generate click 3000 --features 500 -o click.svm").status, 0); }
  const std::string kRun =
      "train click.svm --epochs 8 --valid-fraction 0.2 --threads 1 --schedule cosine ";
};

TEST_F(ResumeCommand, GivesTheBytesOfARunThatNeverEnded) {
  ASSERT_EQ(run(kRun + "-o whole --checkpoint unused --log whole.log").status, 0);
  ASSERT_EQ(run(kRun + "-o half --checkpoint c --stop-after 3").status, 0);
  const Outcome rest = run(kRun + "-o rest --resume c --checkpoint c --log rest.log");
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(file("rest"), file("whole"));
  EXPECT_NE(file("half"), file("whole"));
  // The epochs behind it are not learnt, and not logged, again.
  EXPECT_EQ(lines(file("whole.log")).size(), 9u);
  const auto logged = lines(file("rest.log"));
  ASSERT_EQ(logged.size(), 6u);
  EXPECT_EQ(nlohmann::json::parse(logged[0])["epoch"], 4);
  // There is nothing more to learn then.
  ASSERT_EQ(run(kRun + "-o again --resume c").status, 0);
  EXPECT_EQ(file("again"), file("whole"));
}

TEST_F(ResumeCommand, GoesOnFromWhereItWasInterrupted) {
  if (kSanitized) GTEST_SKIP() << "what is quick enough to be done twice is too quick to interrupt";
  const std::string longer = "train click.svm --epochs 8000 --threads 1 --learning-rate 0.05 ";
  ASSERT_EQ(run(longer + "-o whole").status, 0);
  const Outcome half = run(longer + "-o half --checkpoint c --log half.log",
                           "sh -c '\"$@\" & while kill -0 $! && [ ! -s half.log ]; do "
                           "sleep 0.01; done; kill -TERM $!; wait $!' sh");
  if (half.status == 0) GTEST_SKIP() << "this machine is too quick to be interrupted";
  ASSERT_EQ(half.status, 130) << half.err;
  const Outcome rest = run(longer + "-o rest --resume c --log log");
  ASSERT_EQ(rest.status, 0) << rest.err;
  EXPECT_EQ(file("rest"), file("whole"));
  EXPECT_LT(lines(file("log")).size(), 8001u);  // some epochs were behind it
}

TEST_F(ResumeCommand, SaysWhatIsNotAsItWas) {
  ASSERT_EQ(run(kRun + "-o half --checkpoint c --stop-after 3").status, 0);
  const auto complaint = [&](const std::string& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << arguments;
    return outcome.err;
  };
  EXPECT_NE(complaint(kRun + "-o m --resume c --seed 2").find("seed"), std::string::npos);
  EXPECT_NE(complaint(kRun + "-o m --resume c --optimizer sgd").find("--optimizer"),
            std::string::npos);
  EXPECT_NE(complaint("train train.svm -o m --epochs 8 --resume c --threads 1").find("resume"),
            std::string::npos);
  EXPECT_NE(complaint(kRun + "-o m --weights-only").find("--resume"), std::string::npos);
}

TEST_F(ResumeCommand, NeedsRowsThatAreHeld) {
  // Learnt as it is read, a run leaves checkpoints of its weights.
  ASSERT_EQ(run("generate text 15000 -o text.svm").status, 0);
  const Outcome streamed =
      run("train text.svm -o m --checkpoint c --checkpoint-every 0.001 --memory-limit 6M");
  ASSERT_EQ(streamed.status, 0) << streamed.err;
  EXPECT_NE(streamed.err.find("plan: stream 12 MiB of text"), std::string::npos) << streamed.err;
  const Outcome warm = run("train text.svm -o m2 --resume c");
  EXPECT_EQ(warm.status, 0) << warm.err;
}

TEST_F(ResumeCommand, FindsTheWeightsOfARunThatEndedBeforeItWasTimeForACheckpoint) {
  ASSERT_EQ(run("generate text 15000 -o text.svm").status, 0);
  const Outcome streamed = run("train text.svm -o m --checkpoint c --memory-limit 6M");
  ASSERT_EQ(streamed.status, 0) << streamed.err;
  EXPECT_EQ(file("c"), file("m"));
}

TEST_F(ResumeCommand, TakesTheWeightsAloneIfAsked) {
  ASSERT_EQ(run(kRun + "-o half --checkpoint c --stop-after 3").status, 0);
  EXPECT_EQ(run("evaluate c click.svm --json").out, run("evaluate half click.svm --json").out);
  const std::string warm = "train click.svm --threads 1 --learning-rate 0.01 --resume ";
  ASSERT_EQ(run(warm + "c --weights-only -o one").status, 0);
  ASSERT_EQ(run(warm + "half -o other").status, 0);
  EXPECT_EQ(file("one"), file("other"));
}

}  // namespace
}  // namespace hogwild::test
