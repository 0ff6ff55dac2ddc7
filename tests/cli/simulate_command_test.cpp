#include <nlohmann/json.hpp>

#include "support/command.hpp"

namespace hogwild::test {
namespace {

using SimulateCommand = Command;

TEST_F(SimulateCommand, TellsEveryEpochOfEveryNumberOfWorkers) {
  ASSERT_EQ(run("generate click 2000 --features 500 -o click.svm").status, 0);
  const std::string arguments =
      "simulate click.svm --workers 1,50 --method hogwild,downpour --epochs 2 --learning-rate 0.1 "
      "--fetch-every 2 --delay uniform:1:20 --stragglers 0.1:5 ";
  const Outcome outcome = run(arguments + "--json");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto told = lines(outcome.out);
  ASSERT_EQ(told.size(), 12u);
  EXPECT_EQ(nlohmann::json::parse(told.back())["reason"], "epochs");
  const auto last = nlohmann::json::parse(told.at(10));
  EXPECT_EQ(last["event"], "simulate");
  EXPECT_EQ(last["method"], "downpour");
  EXPECT_EQ(last["workers"], 50);
  EXPECT_EQ(last["epoch"], 2);
  EXPECT_GT(last["bytes"], 0);
  EXPECT_GT(last["delay"], 1);
  EXPECT_EQ(run(arguments + "--json").out, outcome.out);
  EXPECT_EQ(lines(run(arguments).out).size(), 5u);
}

TEST_F(SimulateCommand, RefusesWhatItDoesNotKnow) {
  for (const std::string wrong :
       {"--delay late", "--delay fixed", "--delay fixed:x", "--delay uniform:1", "--method gossip", "--stragglers 2:3",
        "--stragglers 0.1", "--workers 0", "--bandwidth 0", "--period 0"}) {
    const Outcome outcome =
        run("simulate train.svm --valid train.svm --learning-rate 0.1 " + wrong);
    EXPECT_EQ(outcome.status, 2) << wrong << "\n" << outcome.err;
  }
}

}  // namespace
}  // namespace hogwild::test
