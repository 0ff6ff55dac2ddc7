// What the command refuses, and what it says when something is lost.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/command.hpp"
#include "support/places.hpp"

namespace hogwild {
namespace {

using test::Command;
using test::lines;
using test::Outcome;

struct BadInput {
  const char* name;
  std::string text;
  const char* message;
};

// Whatever is wrong with the data: status 1, the place, and the model that was there untouched.
TEST_F(Command, RefusesBadInputAndLeavesTheModelAlone) {
  const std::vector<BadInput> cases{
      {"token", "1 1:1\n-1 2:x\n", "token:2:6: expected a value, found 'x'"},
      {"word", "1 1:1\nhello\n", "word:2:1: expected a label, found 'hello'"},
      {"csv", "id,age\n1,30\n", "csv:1:1: this looks like CSV: columns with commas"},
      {"nan", "1 1:nan\n-1 2:1\n", "nan:1:5: a value must be finite"},
      {"inf", "1 1:1\ninf 2:1\n", "inf:2:1: a label must be finite"},
      {"large", "1 4294967295:1\n", "large:1:3: index '4294967295' is past 4294967294"},
      {"third", "1 1:1\n2 1:1\n3 1:1\n", "third:3:1: third label 3, after 1 and 2"},
      {"unlabelled", "1 1:1\n-1 1:1\n2:1\n", "unlabelled:3:1: this row has no label"},
      {"single", "1 1:1\n1 2:1\n", "single: every label is 1"},
      {"empty", "", "empty: it has no rows"},
      {"hex", "1 1:0x1p3\n", "hex:1:5: expected a value"},
      {"qid", "1 qid:1 1:1\n", "qid:1:3: qid:"},
      {"twice", "1 1:1 1:2\n", "twice:1:1: feature 1 occurs twice"},
      {"gzip", "\x1f\x8b\x08", "gzip: the gzip data is damaged or truncated"},
      {"xz", std::string("\xfd\x37zXZ\0\1", 7), "xz: the file is compressed with xz"},
      {"missing", "-", "missing: No such file or directory"},
      {"folder", "/", "folder: the directory has no files"},
      {"noise", "\x8f\x03\xfe\xff\x01 \x02:\n", "noise:1:1: expected a label, found '\\x8f\\x03"}};
  for (const auto& [name, text, message] : cases) {
    folder_.write("m", "an older model");
    if (text == "/") {
      mkdir(folder_.path(name).c_str(), 0700);
    } else if (text != "-") {
      folder_.write(name, text);
    }
    const Outcome outcome = run("train " + std::string(name) + " -o m");
    EXPECT_EQ(outcome.status, 1) << name;
    EXPECT_NE(("\n" + outcome.err).find("\nhogwild: "), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find(message), std::string::npos) << name << ": " << outcome.err;
    EXPECT_NE(outcome.err.find("; "), std::string::npos) << "no remedy: " << outcome.err;
    EXPECT_EQ(file("m"), "an older model") << name;
  }
  folder_.write("zero", "1 0:1\n-1 1:1\n");
  const Outcome forced = run("train zero -o m --index-base 1");
  EXPECT_EQ(forced.status, 1);
  EXPECT_NE(forced.err.find("zero:1:3: index 0"), std::string::npos) << forced.err;
}

TEST_F(Command, ReportsWhatItSkipped) {
  folder_.write("some", "1 1:1\n-1 2:x\n-1 2:1\nrubbish\n");
  const Outcome outcome = run("train some -o m --on-error skip");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_NE(outcome.err.find("skipped 2 malformed lines; the first: some:2:6:"), std::string::npos)
      << outcome.err;
}

TEST_F(Command, RefusesModelsThatAreNone) {
  EXPECT_EQ(run("predict train.svm train.svm").status, 1);
  EXPECT_EQ(run("evaluate missing train.svm").status, 1);
  EXPECT_EQ(run("inspect train.svm --weights").status, 2);
  run("train train.svm -o m");
  folder_.write("cut", file("m").substr(0, 50));
  const Outcome outcome = run("predict cut train.svm");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("damaged"), std::string::npos) << outcome.err;
}

TEST_F(Command, RefusesAnOutputItCanNotWriteBeforeItTrains) {
  for (const char* output : {"no/such/folder/m", ".", "/dev/null"}) {
    const Outcome outcome = run(std::string("train train.svm -o ") + output);
    EXPECT_EQ(outcome.status, 1) << output;
    EXPECT_EQ(outcome.err.find("epoch"), std::string::npos) << outcome.err;
  }
}

TEST_F(Command, RefusesToPrintProbabilitiesThatThereAreNot) {
  run("train train.svm -o m --loss hinge");
  EXPECT_EQ(run("predict m train.svm --output probability").status, 2);
  EXPECT_EQ(run("predict m train.svm").status, 0);
}

TEST_F(Command, SaysWhenItsOutputCanNotBeWritten) {
  run("train train.svm -o m");
  const std::string command = "cd '" + folder_.path("") + "' && " + test::program() +
                              " predict m train.svm >/dev/full 2>stderr";
  const int status = std::system(command.c_str());
  EXPECT_EQ(WEXITSTATUS(status), 1);
  EXPECT_NE(file("stderr").find("standard output"), std::string::npos);
}

TEST_F(Command, LivesWithoutAStandardError) {
  for (const char* nowhere : {">/dev/full", ">&-"}) {
    const std::string command = "cd '" + folder_.path("") + "' && " + test::program() +
                                " train train.svm -o m --log log 2" + nowhere;
    EXPECT_EQ(WEXITSTATUS(std::system(command.c_str())), 0) << nowhere;
    EXPECT_EQ(lines(file("log")).size(), 2u) << file("log");
    for (const std::string& line : lines(file("log")))
      EXPECT_TRUE(nlohmann::json::accept(line)) << line;
  }
}

TEST_F(Command, NeverWritesOverWhatItReads) {
  const std::string before = file("train.svm");
  EXPECT_EQ(run("train train.svm -o train.svm").status, 2);
  EXPECT_EQ(run("train train.svm -o ./train.svm").status, 2);
  EXPECT_EQ(run("train train.svm -o m --log train.svm").status, 2);
  EXPECT_EQ(run("train train.vw -o m --valid train.svm --log train.svm").status, 2);
  EXPECT_EQ(run("train train.svm -o m --log m").status, 2);
  run("train train.svm train.svm -o m", "HOGWILD_LOG=");
  EXPECT_EQ(file("train.svm"), before);
  folder_.write("log", "an older log");
  EXPECT_EQ(run("train train.svm -o m --log log --epochs 0").status, 2);
  EXPECT_EQ(file("log"), "an older log");
}

TEST_F(Command, TakesNumbersAndNamesForWhatTheyAre) {
  for (const char* usage :
       {"generate click -5 -o x", "generate click 5 -o x --seed -1",
        "train train.svm -o m --seed -1", "train train.svm -o m --seed 18446744073709551616",
        "train train.svm -o m --strategy 1", "train train.svm -o m --index-base 2",
        "train train.svm -o m --epsilon inf", "train train.svm -o m --log=",
        "train train.svm -o m --config", "inspect train.svm --top -1"}) {
    EXPECT_EQ(run(usage).status, 2) << usage;
  }
  EXPECT_EQ(run("train train.svm -o m --config .").status, 1);
}

TEST_F(Command, SaysWhenItsLogIsLostAndKeepsTheModel) {
  const Outcome outcome = run("train train.svm -o m --log /dev/full");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("can't write the log"), std::string::npos) << outcome.err;
  EXPECT_EQ(run("predict m train.svm").status, 0);
}

TEST_F(Command, SaysWhenAFileMayNotBeSoLarge) {
  // ThreadSanitizer writes a file of some 300 kB itself when a program starts.
  ASSERT_EQ(run("generate click 80000 -o click.svm").status, 0);
  const Outcome outcome = run("train click.svm -o m --learning-rate 0.1", "ulimit -f 900;");
  EXPECT_EQ(outcome.status, 1) << outcome.err;
  EXPECT_NE(outcome.err.find("File too large"), std::string::npos) << outcome.err;
  for (const auto& entry : std::filesystem::directory_iterator(folder_.path("")))
    EXPECT_NE(entry.path().filename().string().substr(0, 1), "m") << entry.path();
}

TEST_F(Command, SpeaksOfTheModelWhenTestDataCountsOtherwise) {
  run("train train.svm -o m");
  const Outcome outcome = run("predict m -", "", "0:1 1:1\n");
  EXPECT_EQ(outcome.status, 1);
  EXPECT_NE(outcome.err.find("train the model with --index-base 0"), std::string::npos)
      << outcome.err;
  EXPECT_EQ(outcome.err.find("add 1"), std::string::npos) << outcome.err;
  run("train train.vw -o h --hash-bits 10");
  EXPECT_EQ(run("evaluate h train.svm").status, 1);
}

}  // namespace
}  // namespace hogwild
