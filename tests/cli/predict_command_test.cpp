// hogwild predict as a shell user meets it.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include "support/command.hpp"
#include "support/places.hpp"
#include "support/sanitized.hpp"

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
  const int rows = test::kSanitized ? 20'000 : 60'000;
  folder_.write("rows", rows_of(rows));
  for (const std::string output : {"probability", "margin", "label"}) {
    const std::string command = "predict m rows --output " + output;
    const std::string wanted = run(command + " --threads 1").out;
    EXPECT_EQ(lines(wanted).size(), static_cast<std::size_t>(rows));
    EXPECT_EQ(run(command + " --threads 2").out, wanted);
    EXPECT_EQ(run(command).out, wanted);
  }
  EXPECT_EQ(run("predict m rows --threads 0").status, 2);
}

TEST_F(Command, PredictsNothingThatFollowsAFault) {
  run("train train.svm -o m --epochs 20 --threads 1");
  const int count = test::kSanitized ? 20'000 : 60'000;
  const std::string rows = rows_of(count);
  folder_.write("sound", rows);
  const std::string wanted = run("predict m sound").out;
  folder_.write("faulty", rows + "1:1 2:x\n" + rows + "y\n");
  for (const char* threads : {"1", "2"}) {
    const Outcome outcome = run(std::string("predict m faulty --threads ") + threads);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_NE(outcome.err.find(fmt::format("faulty:{}:7: expected a value, found 'x'", count + 1)),
              std::string::npos)
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

TEST_F(Command, PredictsAsManyLinesAsThereAre) {
  run("train train.svm -o m --threads 1");
  const Outcome outcome = run("predict m -", "", "1:1 2:1\n\n2:1\n# no row\n");
  EXPECT_EQ(lines(outcome.out).size(), 3u);
  EXPECT_EQ(lines(outcome.out)[1], lines(run("predict m -", "", "9:1\n").out)[0]);
}

TEST_F(Command, PrintsTagsBeforePredictions) {
  run("train train.svm -o m --threads 1");
  run("train train.vw -o n --threads 1");
  const auto tags_of = [&](const Outcome& outcome) {
    std::string tags;
    for (const std::string& line : lines(outcome.out)) {
      tags += line.substr(0, line.find('\t')) + ",";
      EXPECT_EQ(std::ranges::count(line, '\t'), 1) << line;
    }
    return tags;
  };
  const std::string svm = "1:1 # doc 7\n2:1\n\n3:1 #x\n", vw = "'a|good\n| bad\nb|bad\n";
  EXPECT_EQ(tags_of(run("predict m - --tags", "", svm)), "doc 7,,,x,");
  EXPECT_EQ(tags_of(run("predict n - --tags --output label", "", vw)), "a,,b,");
  const std::string plain = run("predict m -", "", svm).out;
  EXPECT_EQ(run("predict m - --tags", "", svm).out.substr(6, 5), plain.substr(0, 5));
  run("convert train.svm rows.hogdata");
  EXPECT_EQ(run("predict m rows.hogdata --tags").status, 2);
}

TEST_F(Command, PredictsClassesOfRowsWithTagsAndAnyLabels) {
  folder_.write("pets.vw", "cat | a\ndog | b\n");
  folder_.write("pets.svm", "cat 1:1\ndog 2:1\n");
  run("train pets.vw -o m --loss softmax --epochs 20");
  run("train pets.svm -o n --loss softmax --epochs 20");
  const std::string vw = "id7| a\n'x| b\ncat,dog 'y| a\n3| b\n| a\n";
  EXPECT_EQ(run("predict m - --tags", "", vw).out, "id7\tcat\nx\tdog\ny\tcat\n\tdog\n\tcat\n");
  EXPECT_EQ(run("predict n -", "", "1,3 1:1\nbird 2:1\n1:1\n").out, "cat\ndog\ncat\n");
}

TEST_F(Command, PassesOverAByteOrderMarkInAPipe) {
  run("train train.svm -o m --threads 1");
  const std::string rows = "1:1\n3:1\n";
  EXPECT_EQ(run("predict m -", "", "\xef\xbb\xbf" + rows).out, run("predict m -", "", rows).out);
}

// A program whose standard input and output are pipes.
class Conversation {
 public:
  Conversation(const std::string& model, const std::string& first_command) {
    int to_program[2], from_program[2];
    if (pipe(to_program) != 0 || pipe(from_program) != 0) std::abort();
    child_ = fork();
    if (child_ == 0) {
      dup2(to_program[0], STDIN_FILENO);
      dup2(from_program[1], STDOUT_FILENO);
      for (const int end : {to_program[0], to_program[1], from_program[0], from_program[1]}) {
        close(end);
      }
      const std::string command =
          first_command + " '" + test::program() + "' predict '" + model + "' -";
      execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
      _exit(127);
    }
    close(to_program[0]);
    close(from_program[1]);
    input_ = fdopen(to_program[1], "w");
    output_ = fdopen(from_program[0], "r");
  }

  void say(const std::string& text) {
    std::fwrite(text.data(), 1, text.size(), input_);
    std::fflush(input_);
  }

  // The next line of output, "" at the end. The test ends late if it never comes.
  std::string answer() {
    char line[256];
    return std::fgets(line, sizeof line, output_) == nullptr ? "" : line;
  }

  int finish() {
    std::fclose(input_);
    while (!answer().empty()) ++unheard_;
    std::fclose(output_);
    int status = 0;
    waitpid(child_, &status, 0);
    return status;
  }

  int unheard() const { return unheard_; }

 private:
  pid_t child_ = 0;
  FILE* input_ = nullptr;
  FILE* output_ = nullptr;
  int unheard_ = 0;
};

TEST_F(Command, PredictsWhileItReads) {
  run("train train.svm -o m --threads 1");
  Conversation program(folder_.path("m"), "exec");
  // Rows so long that their predictions fit into a pipe that nobody empties.
  const std::string row = "1:1 #" + std::string(10'000, '.') + "\n";
  std::string rows;
  for (int i = 0; i < 300; ++i) rows += row;
  program.say(rows);
  EXPECT_NE(program.answer(), "");  // and the input is not at its end
  EXPECT_EQ(program.finish(), 0);
  EXPECT_EQ(program.unheard(), 299);
}

TEST_F(Command, AnswersEachLineOfAPipeBeforeTheNextIsThere) {
  run("train train.svm -o m --threads 1");
  const std::string rows = "1:1\n\n3:1 2:0.5\n";
  const auto wanted = lines(run("predict m -", "", rows).out);
  for (const char* command : {"exec", "cat |", "HOGWILD_THREADS=1 exec"}) {
    Conversation program(folder_.path("m"), command);
    for (int round = 0; round < 3; ++round) {
      std::size_t k = 0;
      for (const char* row : {"1:1\n", "\n", "3:1 2:0.5\n"}) {
        program.say(row);
        EXPECT_EQ(program.answer(), wanted[k++] + "\n");
      }
    }
    program.say("1:1 2");  // and the rest of it later
    program.say(":0\n3:1");
    EXPECT_EQ(program.answer(), wanted[0] + "\n");
    EXPECT_EQ(program.finish(), 0);
    EXPECT_EQ(program.unheard(), 1);
  }
}

TEST_F(Command, AnswersWhatACompressedPipeHasFlushed) {
  run("train train.svm -o m --threads 1");
  const auto packed = [&](const std::string& tool, const std::string& text) {
    folder_.write("text", text);
    const std::string command =
        tool + " -c <'" + folder_.path("text") + "' >'" + folder_.path("packed") + "'";
    EXPECT_EQ(std::system(command.c_str()), 0);
    return file("packed");
  };
  const std::string wanted = lines(run("predict m -", "", "1:1\n").out)[0];
  for (const char* tool : {"gzip", "zstd", "bzip2"}) {
    Conversation program(folder_.path("m"), "exec");
    for (int round = 0; round < 3; ++round) {
      program.say(packed(tool, "1:1\n"));
      EXPECT_EQ(program.answer(), wanted + "\n") << tool;
    }
    EXPECT_EQ(program.finish(), 0) << tool;
  }
}

}  // namespace
}  // namespace hogwild
