#include <filesystem>

#include "support/command.hpp"

namespace hogwild::test {
namespace {

using LandscapeCommand = Command;

TEST_F(LandscapeCommand, WritesTheNumbersWithoutGnuplot) {
  const Outcome outcome =
      run("landscape --surface ravine --optimizer sgd,adam --rate sgd=0.5 --start -5,1 --steps 3 "
          "-o t.tsv",
          "PATH=/nowhere");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  const auto table = lines(file("t.tsv"));
  ASSERT_EQ(table.size(), 9u);
  EXPECT_EQ(table[1], "sgd\t0.5\t0\t-5\t1\t1.5");
  EXPECT_TRUE(table[8].starts_with("adam\t0.2\t3\t"));
}

TEST_F(LandscapeCommand, DrawsTheLossOfRowsFromStepToStep) {
  const Outcome outcome =
      run("landscape --fluctuation train.svm --rate sgd=0.1 --steps 5 -o t.tsv", "PATH=/nowhere");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("  32 rows per step at rate 0.1"), std::string::npos) << outcome.err;
  EXPECT_EQ(lines(file("t.tsv")).size(), 1u + 3 * 6);
  EXPECT_EQ(run("landscape --fluctuation none.svm -o t.tsv").status, 1);
}

TEST_F(LandscapeCommand, SaysHowToGetGnuplot) {
  const Outcome outcome = run("landscape -o p.svg", "PATH=/nowhere");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("gnuplot-nox"), std::string::npos) << outcome.err;
  EXPECT_FALSE(std::filesystem::exists(folder_.path("p.svg")));
}

TEST_F(LandscapeCommand, RefusesWhatItCanNotDraw) {
  const auto expect_usage = [&](const std::string& arguments, const std::string& said) {
    const Outcome outcome = run("landscape " + arguments);
    EXPECT_EQ(outcome.status, 2) << arguments;
    EXPECT_NE(outcome.err.find(said), std::string::npos) << outcome.err;
  };
  expect_usage("-o picture", ".svg, .png, .gif");
  expect_usage("--surface hill -o p.svg", "hill");
  expect_usage("--start 1 -o p.tsv", "'1' is not a point");
  expect_usage("--start 100,1 -o p.tsv", "outside the picture");
  expect_usage("--rate adam=x -o p.tsv", "'x' is not a number");
  expect_usage("--rate ftrl=1 -o p.tsv", "RULE=RATE");
  expect_usage("--optimizer ftrl -o p.tsv", "can't start at a given point");
}

}  // namespace
}  // namespace hogwild::test
