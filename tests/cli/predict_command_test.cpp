// hogwild predict as a shell user meets it.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>
#include <vector>

#include "support/command.hpp"
#include "support/places.hpp"

namespace hogwild {
namespace {

using test::Command;
using test::lines;
using test::Outcome;

// Some MiB, so several chunks.
std::string rows_of(int rows) {
  const std::string comment(60, '.');
  std::string text;
  for (int i = 0; i < rows; ++i) {
    text += std::to_string(1 + i % 3) + ":0." + std::to_string(i) + " #" + comment + "\n";
  }
  return text;
}

TEST_F(Command, PredictsTheSameOnAnyNumberOfThreads) {
  run("train train.svm -o m --epochs 20 --threads 1");
  folder_.write("rows", rows_of(60'000));
  for (const std::string output : {"probability", "margin", "label"}) {
    const std::string command = "predict m rows --output " + output;
    const std::string wanted = run(command + " --threads 1").out;
    EXPECT_EQ(lines(wanted).size(), 60'000u);
    EXPECT_EQ(run(command + " --threads 2").out, wanted);
    EXPECT_EQ(run(command).out, wanted);
  }
  EXPECT_EQ(run("predict m rows --threads 0").status, 2);
}

TEST_F(Command, PredictsNothingThatFollowsAFault) {
  run("train train.svm -o m --epochs 20 --threads 1");
  const std::string rows = rows_of(60'000);
  folder_.write("sound", rows);
  const std::string wanted = run("predict m sound").out;
  folder_.write("faulty", rows + "1:1 2:x\n" + rows + "y\n");
  for (const char* threads : {"1", "2"}) {
    const Outcome outcome = run(std::string("predict m faulty --threads ") + threads);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find("faulty:60001:7: expected a value, found 'x'"), std::string::npos)
        << outcome.err;
    EXPECT_FALSE(outcome.out.empty());
    EXPECT_EQ(outcome.out, wanted.substr(0, outcome.out.size()));
    EXPECT_EQ(outcome.out.back(), '\n');
  }
  folder_.write("nothing", "# no row\n");
  const Outcome nothing = run("predict m nothing");
  EXPECT_EQ(nothing.status, 1);
  EXPECT_NE(nothing.err.find("nothing: it has no rows"), std::string::npos) << nothing.err;
}

TEST_F(Command, SkipsWhatItCanNotPredictIfToldTo) {
  run("train train.svm -o m --epochs 20 --threads 1");
  const Outcome outcome = run("predict m - --on-error skip --output label", "", "1:1\nx\n3:1\n");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.out, "1\n-1\n");
  EXPECT_NE(outcome.err.find("skipped 1 malformed lines, which got no prediction; the first: -:2"),
            std::string::npos)
      << outcome.err;
}

TEST_F(Command, PassesOverAByteOrderMarkInAPipe) {
  run("train train.svm -o m --threads 1");
  const std::string rows = "1:1\n3:1\n";
  EXPECT_EQ(run("predict m -", "", "\xef\xbb\xbf" + rows).out, run("predict m -", "", rows).out);
}

TEST_F(Command, PredictsWhileItReads) {
  run("train train.svm -o m --threads 1");
  int to_program[2], from_program[2];
  ASSERT_EQ(pipe(to_program), 0);
  ASSERT_EQ(pipe(from_program), 0);
  const pid_t child = fork();
  if (child == 0) {
    dup2(to_program[0], STDIN_FILENO);
    dup2(from_program[1], STDOUT_FILENO);
    for (const int end : {to_program[0], to_program[1], from_program[0], from_program[1]}) {
      close(end);
    }
    execl(test::program().c_str(), "hogwild", "predict", folder_.path("m").c_str(), "-",
          static_cast<char*>(nullptr));
    _exit(127);
  }
  close(to_program[0]);
  close(from_program[1]);
  // Rows so long that their predictions fit into a pipe that nobody empties.
  const std::string row = "1:1 #" + std::string(10'000, '.') + "\n";
  FILE* const input = fdopen(to_program[1], "w");
  for (int i = 0; i < 300; ++i) std::fputs(row.c_str(), input);
  std::fflush(input);
  FILE* const output = fdopen(from_program[0], "r");
  char line[64];
  EXPECT_NE(std::fgets(line, sizeof line, output), nullptr);  // and the input is not at its end
  std::fclose(input);
  int predicted = 1;
  while (std::fgets(line, sizeof line, output) != nullptr) ++predicted;
  EXPECT_EQ(predicted, 300);
  std::fclose(output);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace hogwild
