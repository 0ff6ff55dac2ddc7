// Rows of several classes, of which no rank need have them all.
#include <string>
#include <vector>

#include "hogwild/core/random.hpp"
#include "support/ranks.hpp"

namespace hogwild::test {
namespace {

class RanksOfClasses : public Command {
 protected:
  // Sorted by class, so that a rank has one or two of the three.
  RanksOfClasses() {
    constexpr int kOfEach = 200;
    std::string text;
    const std::vector<std::string> names{"red", "green", "blue"};
    for (std::uint64_t c = 0; c < names.size(); ++c) {
      for (std::uint64_t i = 0; i < kOfEach; ++i) {
        const auto noise = static_cast<int>(Random(7, c, i).uniform() * 20);
        text += fmt::format("{} {}:1 {}:0.5\n", names[c], c + 1, 10 + noise);
      }
    }
    folder_.write("colours.svm", text);
  }

  Outcome run_on(int ranks, const std::string& arguments) {
    return run("train colours.svm " + arguments, mpirun(ranks));
  }

  double told(const std::string& model, const std::string& what) {
    return nlohmann::json::parse(run("evaluate " + model + " colours.svm --json").out)[what];
  }

  static constexpr const char* kOptions = " --learning-rate 0.3 --epochs 3 --threads 1 --l2 0.001 ";
};

TEST_F(RanksOfClasses, OneRankIsTheRunOfOneProcess) {
  struct Kind {
    std::string name;
    std::string same_as;  // options of one process
  };
  for (const std::string loss : {"--loss softmax", "--one-vs-rest"}) {
    for (const auto& [name, same_as] : {Kind{"downpour", ""},
                                        {"allreduce", "--batch-size 16"},
                                        {"graph", "--batch-size 16"},
                                        {"easgd", ""}}) {
      if (kSanitized && name != "downpour") continue;
      const std::string options = kOptions + loss + " " + same_as;
      ASSERT_EQ(run("train colours.svm -o alone " + options).status, 0);
      const Outcome outcome = run_on(1, "-o ranked --distributed " + name + " " + options);
      ASSERT_EQ(outcome.status, 0) << outcome.err;
      if (name == "easgd") {
        EXPECT_NEAR(told("ranked", "log_loss"), told("alone", "log_loss"), 1e-5) << loss;
      } else {
        EXPECT_EQ(file("ranked"), file("alone")) << name << " " << loss;
      }
    }
  }
}

TEST_F(RanksOfClasses, SeveralRanksLearnThoseOfAll) {
  std::vector<std::string> kinds{"graph", "downpour", "allreduce", "easgd", "easgd --synchronous"};
  if (kSanitized) kinds.resize(2);
  for (const std::string& kind : kinds) {
    const Outcome outcome =
        run_on(3, "-o m --loss softmax --valid colours.svm --distributed " + kind +
                      (kind.starts_with("easgd") ? " --epochs 9" : " --epochs 3") +
                      " --learning-rate 0.3 --threads 1");
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_GT(told("m", "accuracy"), 0.99) << kind;
    const auto model = nlohmann::json::parse(run("inspect m --json").out);
    EXPECT_EQ(model["classes"], (std::vector<std::string>{"blue", "green", "red"})) << kind;
  }
}

// Each rank has rows of one of the two words.
TEST_F(RanksOfClasses, TwoWordsAreABinaryPair) {
  std::string text;
  for (const std::string label : {"spam", "ham"}) {
    for (int i = 0; i < 100; ++i) {
      text += fmt::format("{} {}:1 {}:0.5\n", label, label == "spam" ? 1 : 2, 3 + i % 7);
    }
  }
  folder_.write("colours.svm", text);
  for (const std::string kind : {"downpour", "easgd", "allreduce", "graph"}) {
    if (kSanitized && kind != "downpour") continue;
    const Outcome outcome = run_on(2, "-o m --valid-fraction 0.2 --distributed " + kind + kOptions);
    ASSERT_EQ(outcome.status, 0) << outcome.err;
    const auto model = nlohmann::json::parse(run("inspect m --json").out);
    EXPECT_EQ(model["labels"], (std::vector<std::string>{"ham", "spam"})) << kind;
    EXPECT_GT(told("m", "accuracy"), 0.99) << kind;
  }
  folder_.write("colours.svm", text + "eggs 1:1\n");
  const Outcome third = run_on(2, "-o m --distributed downpour" + std::string(kOptions));
  EXPECT_EQ(third.status, 1);
  EXPECT_NE(third.err.find("colours.svm:201:1: third label eggs, after"), std::string::npos)
      << third.err;
}

}  // namespace
}  // namespace hogwild::test
