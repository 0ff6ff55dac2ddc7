// What is said of a command line that is wrong, and how the help is laid out.
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <vector>

#include "support/command.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

using test::Command;
using test::lines;
using test::Outcome;

struct Mistake {
  std::string arguments;
  std::string message;
};

TEST_F(Command, SaysWhatIsWrongWithItsArguments) {
  const std::vector<Mistake> mistakes{
      {"", "no command is given; there are train, predict, "},
      {"trian train.svm -o m", "no command 'trian'; did you mean train?"},
      {"help trian", "no command 'trian'; did you mean train?"},
      {"frobnicate", "no command 'frobnicate'; there are train, predict, "},
      {"--epochs 5 train train.svm -o m",
       "--epochs belongs after the command: hogwild train --epochs ..."},
      {"--epochs 5", "--epochs belongs after a command: hogwild train --epochs ..."},
      {"--frobnicate", "no command is given, and no command has --frobnicate"},
      {"train train.svm -o m --epoch 5", "train has no option --epoch; did you mean --epochs?"},
      {"train train.svm -o m --eopchs=5", "train has no option --eopchs; did you mean --epochs?"},
      {"train train.svm -o m --cv 5", "train has no option --cv\n"},
      {"train train.svm -o m -x", "train has no option -x\n"},
      {"predict m train.svm --l1 3",
       "predict has no option --l1; it is an option of train, compare, scale, simulate"},
      {"train train.svm", "-o, --output MODEL is missing: file to save the model to"},
      {"train -o m", "DATA is missing: "},
      {"train train.svm -o", "a value is missing: -o, --output MODEL"},
      {"train train.svm -o m --l1 0.1,0.2", "--l1: '0.1,0.2' is not a number of at least 0"},
      {"train train.svm -o m --epochs 2.5", "--epochs: '2.5' is not a whole number"},
      {"train train.svm -o m --optimizer adagard", "'adagard' is none of sgd, momentum, "},
      {"train train.svm -o m --optimizer adagard", "; did you mean adagrad?"},
      {"train train.svm -o m --order random",
       "'random' is none of shuffle, sequential, curriculum\n"},
      {"train train.svm -o m --valid train.svm --valid-fraction 0.1",
       "--valid and --valid-fraction exclude each other; give one of them"},
      {"generate clack 5 -o x", "'clack' is none of click, dense, text; did you mean click?"},
      {"train -- train.svm", "-o, --output MODEL is missing"},
      {"train --epochs x -o m -- train.svm", "--epochs: 'x' is not a whole number"},
      {"train train.svm -o m --no-views=maybe", "--no-views: 'maybe' is not true or false"},
      {"trian --help", "no command 'trian'; did you mean train?"},
      {"plot a b c -o p.svg --frobnicate", "plot has no option --frobnicate"},
  };
  for (const auto& [arguments, message] : mistakes) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2) << arguments;
    EXPECT_NE(outcome.err.find(message), std::string::npos) << arguments << ": " << outcome.err;
    EXPECT_EQ(outcome.out, "") << arguments;
  }
}

TEST_F(Command, HelpsWhateverTheEnvironmentSays) {
  const std::string help = run("help train").out;
  EXPECT_EQ(run("help train", "HOGWILD_EPOCHS=x").out, help);
  EXPECT_EQ(run("help train", "HOGWILD_CONFIG=/nowhere").out, help);
  for (const char* columns : {"COLUMNS=", "COLUMNS=0", "COLUMNS=wide"}) {
    EXPECT_EQ(run("help train", columns).out, help) << columns;
  }
  EXPECT_EQ(run("help help").out, run("help").out);
}

TEST_F(Command, HelpsInLinesOfTheTerminalsWidth) {
  for (const std::string command :
       {"", "train", "predict", "evaluate", "inspect", "convert", "generate", "compare", "scale",
        "simulate", "landscape", "plot", "check", "manual", "completion"}) {
    const std::string help = run("help " + command).out;
    EXPECT_EQ(run(command + " --help").out, help);
    for (const std::size_t width : {60u, 80u, 100u}) {
      if (test::kSanitized && width > 60) break;
      const Outcome outcome = run("help " + command, "COLUMNS=" + std::to_string(width));
      EXPECT_EQ(outcome.status, 0);
      for (const std::string& line : lines(outcome.out)) EXPECT_LE(line.size(), width) << line;
    }
  }
}

TEST_F(Command, HelpsWithTheMostUsedOptionsFirstAndEachOnce) {
  const std::vector<std::string> help = lines(run("help train").out);
  std::vector<std::string> groups;
  std::size_t most_used = 0;
  std::set<std::string> names;
  for (const std::string& line : help) {
    if (!line.empty() && line[0] != ' ' && line.ends_with(':')) groups.push_back(line);
    if (!line.starts_with("      --") && !line.starts_with("  -")) continue;
    const auto begin = line.find("--");
    const std::string name = line.substr(begin, line.find_first_of(" ", begin) - begin);
    EXPECT_TRUE(names.insert(name).second) << name;
    most_used += groups.size() == 1 ? 1 : 0;
  }
  EXPECT_EQ(groups,
            (std::vector<std::string>{"Most used:", "Data:", "Columns of tables and JSON lines:",
                                      "Model:", "Optimizer:", "Schedule:", "Stopping:", "Threads:",
                                      "Distributed:", "Output:", "Options:", "Examples:"}));
  EXPECT_EQ(most_used, 10u);
  EXPECT_GT(names.size(), 60u);
}

}  // namespace
}  // namespace hogwild
