// The command as a shell user meets it: exit status, streams, messages.
#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/core/version.hpp"
#include "hogwild/model/file.hpp"
#include "hogwild/objective/loss.hpp"
#include "hogwild/update/update_rule.hpp"
#include "support/command.hpp"
#include "support/places.hpp"
#include "support/sanitized.hpp"

namespace hogwild {
namespace {

using Json = nlohmann::json;
using test::Command;
using test::lines;
using test::Outcome;

TEST_F(Command, TrainsPredictsEvaluatesAndInspects) {
  const Outcome trained = run("train train.svm -o m --epochs 20 --threads 1");
  EXPECT_EQ(trained.status, 0) << trained.err;
  EXPECT_EQ(trained.out, "");
  EXPECT_NE(trained.err.find("saved m"), std::string::npos);

  const Outcome predicted = run("predict m train.svm");
  EXPECT_EQ(predicted.status, 0);
  ASSERT_EQ(lines(predicted.out).size(), 4u);
  EXPECT_GT(std::stod(lines(predicted.out)[0]), 0.5);
  EXPECT_LT(std::stod(lines(predicted.out)[1]), 0.5);

  const Outcome evaluated = run("evaluate m train.svm --json");
  EXPECT_EQ(evaluated.status, 0);
  EXPECT_EQ(evaluated.err, "");
  const Json metrics = Json::parse(evaluated.out);
  EXPECT_EQ(metrics["rows"], 4);
  EXPECT_EQ(metrics["accuracy"], 1);
  EXPECT_EQ(metrics["auc"], 1);
  EXPECT_LT(metrics["log_loss"], 0.69);

  EXPECT_NE(run("inspect m").out.find("adagrad"), std::string::npos);
  EXPECT_NE(run("inspect train.svm").out.find("Omega"), std::string::npos);
  EXPECT_EQ(Json::parse(run("inspect train.svm --json").out)["nonzeros"], 6);
  EXPECT_EQ(Json::parse(run("inspect m --json").out)["features"], 3);
}

TEST_F(Command, PrintsWeightsAsTheFileNamesThem) {
  run("train train.svm -o m --threads 1");
  auto weights = lines(run("inspect m --weights").out);
  ASSERT_EQ(weights.size(), 4u);
  EXPECT_EQ(weights[0].substr(0, 2), "1\t");
  EXPECT_EQ(weights[3].substr(0, 5), "bias\t");
  run("train train.vw -o n --threads 1");
  weights = lines(run("inspect n --weights").out);
  ASSERT_EQ(weights.size(), 5u);
  EXPECT_EQ(weights[0].substr(0, 5), "good\t");
}

TEST_F(Command, PredictsWhatIsAskedForFromAPipe) {
  run("train train.svm -o m --epochs 20 --threads 1");
  const std::string rows = "1:1\n3:1\n";
  EXPECT_EQ(run("predict m --output label", "", rows).out, "1\n-1\n");
  EXPECT_EQ(run("predict m - --output label", "", rows).out, "1\n-1\n");
  EXPECT_GT(std::stod(run("predict m - --output margin", "", rows).out), 0);
}

TEST_F(Command, PredictsEveryRowInOrderHoweverManyThereAre) {
  // Each row's feature is its own, so that a line tells which row it is of.
  constexpr int kRows = 20'000;
  std::string text;
  for (int i = 1; i <= kRows; ++i) {
    text += (i % 2 == 0 ? "1 " : "-1 ") + std::to_string(i) + ":1\n";
  }
  folder_.write("many.svm", text);
  ASSERT_EQ(run("train many.svm -o m --learning-rate 0.1 --threads 1").status, 0);
  const Model model = load(folder_.path("m"));
  const std::vector<std::string> predicted = lines(run("predict m many.svm --output margin").out);
  ASSERT_EQ(predicted.size(), static_cast<std::size_t>(kRows));
  for (Index j = 0; j < kRows; ++j) {
    ASSERT_EQ(std::stof(predicted[j]), model.weights()[j] + model.bias()) << "row " << j;
  }
}

TEST_F(Command, TrainsFromAPipe) {
  const Outcome outcome = run("train - -o m --threads 1", "", file("train.svm"));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  run("train train.svg -o n --threads 1");
  run("train train.svm -o n --threads 1");
  EXPECT_EQ(file("m"), file("n"));
}

TEST_F(Command, LearnsTextAsItIsReadWhereMemoryDoesNotHoldIt) {
  ASSERT_EQ(run("generate click 20000 -o click.svm").status, 0);
  ASSERT_EQ(run("generate click 2000 --seed 2 -o test.svm").status, 0);
  const std::string command = "train click.svm -o m --memory-limit 13M --threads 2 ";
  const Outcome outcome = run(command + "--valid test.svm --epochs 2 --log log");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("(it is larger than memory)"), std::string::npos) << outcome.err;
  const Json epoch = Json::parse(lines(file("log")).at(1));
  EXPECT_EQ(epoch["rows"], 20'000);
  const double valid_loss = epoch["valid_loss"];
  const Json metrics = Json::parse(run("evaluate m test.svm --json").out);
  EXPECT_NEAR(metrics["log_loss"], valid_loss, 1e-6);
  EXPECT_LT(valid_loss, 0.5);

  const Outcome batches = run("train click.svm -o m --memory-limit 3M --batch-size 64");
  EXPECT_EQ(batches.status, 1) << batches.err;  // the rows are seen not to fit while they are read
  EXPECT_NE(batches.err.find("more memory than the limit of 3 MiB"), std::string::npos);
  const Outcome few = run("train click.svm -o m --memory-limit 1M");
  EXPECT_EQ(few.status, 2);
  EXPECT_NE(few.err.find("memory-limit: the weights of"), std::string::npos) << few.err;
  EXPECT_EQ(run("train click.svm -o m --memory-limit much").status, 2);
}

TEST_F(Command, LearnsAPipeThatIsLongAsItIsRead) {
  // Rows of 45 MB; where parsing takes long most of them are a comment.
  const std::string rows = test::kSanitized ? "30000" : "130000";
  ASSERT_EQ(run("generate click " + rows + " -o click.svm").status, 0);
  const std::string comment = test::kSanitized ? "#" + std::string(35'000'000, ' ') + "\n" : "";
  const std::string options = " -o m --learning-rate 0.1 --threads 2";
  const Outcome outcome = run("train -" + options, "", file("click.svm") + comment);
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("plan: stream text (one epoch)"), std::string::npos) << outcome.err;
  EXPECT_NE(run("inspect m").out.find(rows), std::string::npos);
  if (test::kSanitized) return;  // goes the same way
  const std::string broken = file("click.svm") + "1 x\n" + file("click.svm");
  const std::string before = file("m");
  const Outcome fault = run("train -" + options, "", broken);
  EXPECT_EQ(fault.status, 1);
  EXPECT_NE(fault.err.find("-:130001:3: expected index:value, found 'x'"), std::string::npos)
      << fault.err;
  EXPECT_EQ(file("m"), before);
}

TEST_F(Command, GivesTheSameBytesTwiceWithOneThread) {
  run("generate click 3000 -o click.svm");
  for (const char* options : {"", "--optimizer sgd", "--strategy atomic --epochs 3"}) {
    const std::string command = std::string("train click.svm --threads 1 ") + options;
    ASSERT_EQ(run(command + " -o a").status, 0);
    ASSERT_EQ(run(command + " -o b").status, 0);
    EXPECT_EQ(file("a"), file("b"));
    EXPECT_NE(file("a"), "");
  }
}

TEST_F(Command, HasEveryRuleLossScheduleAndStrategy) {
  std::vector<std::string> choices{"--strategy atomic",
                                   "--strategy locked",
                                   "--state per-thread",
                                   "--order sequential",
                                   "--no-bias",
                                   "--l1 0.01 --l2 0.01",
                                   "--schedule inverse --decay 2",
                                   "--schedule exponential",
                                   "--schedule inverse_sqrt",
                                   "--epsilon 1e-6",
                                   "--schedule linear --warm-up 0.5 --epochs 3",
                                   "--schedule cosine --epochs 4 --stop-after 2",
                                   "--schedule steps --steps 1:0.5,2:0.1 --epochs 3",
                                   "--schedule plateau --valid train.svm",
                                   "--early-stopping 2 --refit --epochs 9 --valid train.svm",
                                   "--optimizer nesterov --gamma 0.5",
                                   "--optimizer adadelta --rho 0.95",
                                   "--optimizer adam --beta1 0.8 --beta2 0.99",
                                   "--hash-bits 10",
                                   "--index-base 0",
                                   "--valid train.svm"};
  for (const auto name : kNamesOf<AnyLoss>) choices.push_back("--loss " + std::string(name));
  for (const auto name : kNamesOf<AnyUpdateRule>) {
    choices.push_back("--optimizer " + std::string(name));
  }
  for (const std::string& choice : choices) {
    // A rate that is given spares its search; adadelta has none.
    const std::string rate =
        choice.find("adadelta") == std::string::npos ? "--learning-rate 0.01 " : "";
    const Outcome outcome = run("train train.svm -o m --threads 2 " + rate + choice);
    EXPECT_EQ(outcome.status, 0) << choice << ": " << outcome.err;
    EXPECT_EQ(run("predict m train.svm").status, 0) << choice;
  }
}

TEST_F(Command, WritesJsonLinesOfEpochsAndEnd) {
  ASSERT_EQ(
      run("train train.svm -o m --epochs 3 --valid-fraction 0.5 --seed 3 --log run.jsonl").status,
      0);
  const auto log = lines(file("run.jsonl"));
  ASSERT_EQ(log.size(), 4u);
  for (int e = 0; e < 3; ++e) {
    const Json event = Json::parse(log[static_cast<std::size_t>(e)]);
    EXPECT_EQ(event["event"], "epoch");
    EXPECT_EQ(event["epoch"], e + 1);
    EXPECT_TRUE(event["valid_loss"].is_number());
    for (const char* key :
         {"seconds", "rows", "nonzeros", "train_loss", "learning_rate", "threads"}) {
      EXPECT_TRUE(event.contains(key)) << key;
    }
  }
  EXPECT_EQ(Json::parse(log[3])["event"], "end");
  EXPECT_EQ(Json::parse(log[3])["reason"], "epochs");
}

TEST_F(Command, TakesOptionsFromFileAndEnvironmentTheTypedOnesWinning) {
  folder_.write("run.toml", "# a comment\nepochs = 4\noptimizer = \"sgd\"\nno-bias = true\n");
  const auto epochs = [&](const std::string& arguments, const std::string& environment = "") {
    const Outcome outcome = run("train train.svm -o m --log log " + arguments, environment);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return lines(file("log")).size() - 1;
  };
  EXPECT_EQ(epochs("--config run.toml"), 4u);
  EXPECT_NE(run("inspect m").out.find("sgd"), std::string::npos);
  EXPECT_EQ(lines(run("inspect m --weights").out).back(), "bias\t0");
  EXPECT_EQ(epochs("--config=run.toml --epochs 2"), 2u);
  EXPECT_EQ(epochs("", "HOGWILD_EPOCHS=3"), 3u);
  EXPECT_EQ(epochs("--config run.toml", "HOGWILD_EPOCHS=3"), 3u);
  EXPECT_EQ(epochs("--epochs 1 --config run.toml", "HOGWILD_EPOCHS=3"), 1u);
  EXPECT_EQ(epochs("", "HOGWILD_CONFIG=run.toml"), 4u);
  folder_.write("bad.toml", "epoch = 4\n");
  const Outcome outcome = run("train train.svm -o m --config bad.toml");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("did you mean --epochs?"), std::string::npos) << outcome.err;
  EXPECT_EQ(run("train train.svm -o m --config none.toml").status, 1);
}

TEST_F(Command, KeepsToTheHabitsOfAShell) {
  EXPECT_EQ(run("--version").out, std::string("hogwild ") + kVersion + "\n");
  for (const char* help : {"--help", "train --help", "predict --help", "evaluate --help",
                           "inspect --help", "generate --help"}) {
    const Outcome outcome = run(help);
    EXPECT_EQ(outcome.status, 0) << help;
    EXPECT_NE(outcome.out.find("xample"), std::string::npos) << help;
    EXPECT_EQ(outcome.err, "");
  }
  EXPECT_EQ(run("").status, 2);
  Outcome outcome = run("train train.svm -o m --epoch 3");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("did you mean --epochs?"), std::string::npos) << outcome.err;
  outcome = run("trian train.svm");
  EXPECT_EQ(outcome.status, 2);
  EXPECT_NE(outcome.err.find("did you mean train?"), std::string::npos) << outcome.err;
  for (const char* usage : {"train",
                            "train train.svm",
                            "train train.svm -o m --epochs x",
                            "train train.svm -o m --epochs 0",
                            "train train.svm -o m --threads 0",
                            "train train.svm -o m --loss none",
                            "train train.svm -o m --learning-rate -1",
                            "train train.svm -o m --decay 2",
                            "train train.svm -o m --schedule steps",
                            "train train.svm -o m --steps 1:0.5",
                            "train train.svm -o m --schedule steps --steps 1:0.5,x",
                            "train train.svm -o m --schedule plateau",
                            "train train.svm -o m --early-stopping 2",
                            "train train.svm -o m --optimizer adadelta --learning-rate 1",
                            "train train.svm -o m --optimizer adagrad --gamma 0.5",
                            "train train.svm -o m --optimizer sgd --epsilon 1",
                            "train train.svm -o m --valid-fraction 2",
                            "train train.svm -o m --valid train.svm --valid-fraction 0.1",
                            "train train.svm -o m --hash-bits 40",
                            "generate clack 5 -o x",
                            "generate click -o x"}) {
    outcome = run(usage);
    EXPECT_EQ(outcome.status, 2) << usage << ": " << outcome.err;
    EXPECT_NE(outcome.err, "") << usage;
    EXPECT_EQ(outcome.out, "") << usage;
  }
}

TEST_F(Command, ShowsProgressAsAsked) {
  run(std::string("generate dense -o dense.svm ") + (test::kSanitized ? "6000" : "20000"));
  EXPECT_EQ(run("train dense.svm -o m --progress none").err, "");
  const Outcome plain = run("train dense.svm -o m --progress plain");
  EXPECT_EQ(plain.err.find('\r'), std::string::npos);
  EXPECT_EQ(run("train dense.svm -o m --epochs 9 --progress auto").err.find('\r'),
            std::string::npos);  // stderr is a file here
  const Outcome bar =
      run("train dense.svm -o m --learning-rate 0.1 --progress bar --threads 1 --epochs " +
          std::string(test::kSanitized ? "20" : "300"));
  EXPECT_NE(bar.err.find('\r'), std::string::npos);
  EXPECT_NE(bar.err.find("rows/s"), std::string::npos);
  EXPECT_NE(bar.err.find("ETA"), std::string::npos);
}

TEST_F(Command, LearnsClassesOfAnyName) {
  std::string text;
  for (int i = 0; i < 40; ++i) text += "cat |w meow\ndog |w bark\ncow |w moo\n";
  folder_.write("animals.vw", text);
  for (const std::string how : {"--loss softmax", "--one-vs-rest"}) {
    const Outcome outcome = run("train animals.vw -o m --epochs 5 " + how);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_NE(run("evaluate m animals.vw --json").out.find("\"accuracy\":1.0,"), std::string::npos);
    EXPECT_EQ(run("predict m -", "", "|w bark\n|w moo\n").out, "dog\ncow\n");
    const std::string shares = run("predict m - --output probability", "", "|w bark\n").out;
    EXPECT_EQ(shares.rfind("cat:", 0), 0u) << shares;
    EXPECT_NE(shares.find(" dog:"), std::string::npos);
    EXPECT_NE(run("inspect m --weights").out.find("w^bark\tdog\t"), std::string::npos);
    EXPECT_NE(run("inspect m").out.find("strongest towards cow"), std::string::npos);
  }
  EXPECT_EQ(run("train animals.vw -o m").status, 1);  // a binary loss wants two numbers
}

TEST_F(Command, ChecksItsGradients) {
  const Outcome outcome = run("check --seed 3");
  EXPECT_EQ(outcome.status, 0) << outcome.out;
  EXPECT_NE(outcome.out.find("squared_hinge"), std::string::npos);
  EXPECT_EQ(outcome.out.find("WRONG"), std::string::npos);
}

TEST_F(Command, ComparesRules) {
  run("generate dense 2000 -o dense.svm");
  const Outcome outcome = run("compare dense.svm --rules sgd,adagrad --epochs 2 --json");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 2);
  EXPECT_NE(outcome.out.find("\"optimizer\":\"sgd\""), std::string::npos);
  EXPECT_NE(outcome.err.find("use "), std::string::npos);
  const Outcome without = run("compare dense.svm --rules sgd,ftrl --schedule linear --epochs 2");
  EXPECT_NE(without.err.find("ftrl is left out"), std::string::npos) << without.err;
  EXPECT_EQ(run("compare dense.svm --rules nosuch").status, 2);
}

TEST_F(Command, ScalesThreads) {
  run("generate dense 2000 -o dense.svm");
  const Outcome outcome = run("scale dense.svm --threads 1,3 --rounds 2");
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_EQ(std::ranges::count(outcome.out, '\n'), 4);  // the machine, a head, two numbers
  const Outcome many =
      run("scale dense.svm --threads 1,2 --rounds 1 --epochs 1 --optimizer sgd,adam "
          "--strategy hogwild,plain,averaged,streamed --pin auto");
  EXPECT_EQ(many.status, 0) << many.err;
  EXPECT_EQ(std::ranges::count(many.out, '\n'), 2 + 2 * 4 * 2);
  EXPECT_EQ(run("scale dense.svm --strategy views").status, 2);
  const Outcome pinned = run("train dense.svm -o m --pin 5000");
  EXPECT_EQ(pinned.status, 2);
  EXPECT_NE(pinned.err.find("core 5000 does not exist or is not allowed; this process may use 0"),
            std::string::npos)
      << pinned.err;
  EXPECT_EQ(run("train dense.svm -o m --pin 1-0").status, 2);
  const Outcome lines = run("scale dense.svm --threads 2 --rounds 1 --json");
  EXPECT_NE(lines.out.find("\"event\":\"machine\""), std::string::npos) << lines.err;
  EXPECT_NE(lines.out.find("\"threads\":2"), std::string::npos) << lines.err;
  EXPECT_EQ(run("scale dense.svm --threads 0").status, 2);
  EXPECT_EQ(run("scale dense.svm --early-stopping 2").status, 2);
}

TEST_F(Command, LearnsByACurriculum) {
  run("generate dense 2000 -o dense.svm");
  run("train dense.svm -o first");
  std::string numbers;
  for (int i = 0; i < 2000; ++i) numbers += std::to_string(i % 7) + "\n";
  folder_.write("numbers", numbers);
  for (const std::string difficulty : {"nonzeros", "margin:first", "numbers"}) {
    const Outcome outcome = run(
        "train dense.svm -o m --order curriculum --valid-fraction 0.2 --early-stopping 2 --refit "
        "--epochs 3 --difficulty " +
        difficulty);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }
  folder_.write("short", "1\n2\n");
  EXPECT_EQ(run("train dense.svm -o m --order curriculum --difficulty short").status, 1);
  folder_.write("words", "1\nhard\n");
  const Outcome words = run("train dense.svm -o m --order curriculum --difficulty words");
  EXPECT_NE(words.err.find("words:2:1: expected a number"), std::string::npos) << words.err;
  EXPECT_EQ(run("train dense.svm -o m --levels 3").status, 2);
}

TEST_F(Command, SavesTheModelSoFarOnInterrupt) {
  run("generate dense 5000 -o dense.svm");
  ASSERT_EQ(mkfifo(folder_.path("log").c_str(), 0600), 0);
  const std::string command =
      "cd '" + folder_.path("") + "' && exec " + test::program() +
      " train dense.svm -o m --learning-rate 0.1 --epochs 100000000 --log log 2>stderr";
  const pid_t child = fork();
  if (child == 0) {
    execl("/bin/sh", "sh", "-c", command.c_str(), static_cast<char*>(nullptr));
    _exit(127);
  }
  std::ifstream log(folder_.path("log"));  // opens when the program does
  std::string line;
  ASSERT_TRUE(std::getline(log, line));  // an epoch is done
  kill(child, SIGINT);
  while (std::getline(log, line)) {
  }
  int status = 0;
  waitpid(child, &status, 0);
  ASSERT_TRUE(WIFEXITED(status));
  EXPECT_EQ(WEXITSTATUS(status), 130);
  EXPECT_NE(file("stderr").find("interrupted"), std::string::npos);
  EXPECT_GT(load(folder_.path("m")).provenance().visits, 5000u);
}

TEST_F(Command, SaysWhenTrainingDivergesAndKeepsTheOldModel) {
  folder_.write("m", "an older model");
  run("generate dense 3000 -o dense.svm");
  const Outcome outcome =
      run("train dense.svm -o m --loss squared --optimizer sgd --learning-rate 1000 --epochs 20");
  EXPECT_EQ(outcome.status, 3);
  EXPECT_NE(outcome.err.find("try --learning-rate 100"), std::string::npos) << outcome.err;
  EXPECT_EQ(file("m"), "an older model");
}

}  // namespace
}  // namespace hogwild
