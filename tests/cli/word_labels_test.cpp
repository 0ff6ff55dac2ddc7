// Two labels that are words, and labels of any bytes.
#include <gtest/gtest.h>

#include <string>

#include "hogwild/core/error.hpp"
#include "hogwild/model/file.hpp"
#include "support/command.hpp"

namespace hogwild::test {
namespace {

class WordLabels : public Command {
 protected:
  void write(const std::string& negative, const std::string& positive) {
    std::string text;
    for (int i = 0; i < 20; ++i) {
      text +=
          (i % 2 == 0 ? negative + " 1:1" : positive + " 2:1") + " 3:" + std::to_string(i) + "\n";
    }
    folder_.write("d.svm", text);
  }
  Outcome train(const std::string& more = "") {
    return run("train d.svm -o m --epochs 20 --learning-rate 0.5 --threads 1 " + more);
  }
};

TEST_F(WordLabels, AreABinaryPairThatIsKept) {
  write("no", "yes");
  const Outcome trained = train();
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.err.find("label no as negative and yes as positive"), std::string::npos)
      << trained.err;
  const Model model = load(folder_.path("m"));
  EXPECT_EQ(model.outputs(), 1u);
  EXPECT_TRUE(model.is_binary());
  EXPECT_EQ(model.name_of_label(model.labels().positive), "yes");
  folder_.write("p.svm", "1:1\n2:1\nno 2:1\n");
  EXPECT_EQ(run("predict m p.svm --output label").out, "no\nyes\nyes\n");
  EXPECT_EQ(lines(run("predict m p.svm").out).size(), 3u);
  const Outcome evaluated = run("evaluate m d.svm --json");
  ASSERT_EQ(evaluated.status, 0) << evaluated.err;
  EXPECT_NE(evaluated.out.find("\"accuracy\":1.0"), std::string::npos) << evaluated.out;
  EXPECT_NE(evaluated.out.find("\"auc\":1.0"), std::string::npos) << evaluated.out;
  const Outcome inspected = run("inspect m");
  EXPECT_NE(inspected.out.find("no negative, yes positive"), std::string::npos) << inspected.out;
  EXPECT_NE(run("inspect m --json").out.find("\"labels\":[\"no\",\"yes\"]"), std::string::npos);
}

TEST_F(WordLabels, OfVwTextMayBeMissing) {
  folder_.write("d.vw", "| a\nno | a\nyes | b\n| b\nno | a\nyes | b\n");
  const Outcome trained = run("train d.vw -o m --epochs 20 --learning-rate 0.5 --threads 1");
  ASSERT_EQ(trained.status, 0) << trained.err;
  EXPECT_NE(trained.err.find("left out 2 rows without a label"), std::string::npos) << trained.err;
  EXPECT_EQ(run("predict m d.vw --output label").out, "no\nno\nyes\nyes\nno\nyes\n");
  folder_.write("none.vw", "| a\n| b\n");
  const Outcome none = run("train none.vw -o n");
  EXPECT_EQ(none.status, 1) << none.err;
  EXPECT_NE(none.err.find("no row has a label"), std::string::npos) << none.err;
}

TEST_F(WordLabels, MayBeTurnedRound) {
  write("no", "yes");
  ASSERT_EQ(train("--positive no").status, 0);
  const Model model = load(folder_.path("m"));
  EXPECT_EQ(model.name_of_label(model.labels().positive), "no");
  EXPECT_GT(model.weights()[0], 0);
  EXPECT_EQ(train("--positive maybe").status, 2);
}

TEST_F(WordLabels, AThirdIsRefusedWhereItStands) {
  folder_.write("d.svm", "yes 1:1\nno 2:1\n# nothing\nyes 1:1\nmaybe 2:1\nno 2:1\n");
  const Outcome third = train();
  EXPECT_EQ(third.status, 1);
  EXPECT_NE(third.err.find("d.svm:5:1: third label maybe, after yes and no"), std::string::npos)
      << third.err;
  EXPECT_NE(third.err.find("--loss softmax"), std::string::npos) << third.err;
  EXPECT_EQ(train("--loss softmax").status, 0);
  folder_.write("d.svm", "yes 1:1\nno 2:1\nyes 1:1\nperhaps 2:1\n");
  const Outcome unknown = train("--loss softmax --resume m");
  EXPECT_NE(unknown.err.find("d.svm:4:1: the label 'perhaps'"), std::string::npos) << unknown.err;
  EXPECT_NE(train("--loss softmax --resume m --valid d.svm").err.find("d.svm:4:1"),
            std::string::npos);
}

TEST_F(WordLabels, ComeAfterNumbers) {
  write("spam", "0");
  ASSERT_EQ(train().status, 0);
  const Model model = load(folder_.path("m"));
  EXPECT_EQ(model.name_of_label(model.labels().positive), "spam");
}

TEST_F(WordLabels, OfAResumedModelAreTheModels) {
  write("no", "yes");
  ASSERT_EQ(train().status, 0);
  folder_.write("d.svm", "yes 1:1\n");
  const Outcome again = train("--resume m");
  ASSERT_EQ(again.status, 0) << again.err;
  EXPECT_EQ(*load(folder_.path("m")).label_names(), (std::vector<std::string>{"no", "yes"}));
  folder_.write("d.svm", "yes 1:1\nperhaps 1:1\n");
  const Outcome third = train("--resume m");
  EXPECT_EQ(third.status, 1);
  EXPECT_NE(third.err.find("d.svm:2:1: the label 'perhaps'"), std::string::npos) << third.err;
}

TEST_F(WordLabels, AreLearntWithAllTheRest) {
  write("no", "yes");
  for (const char* more :
       {"--loss hinge", "--valid d.svm --early-stopping 2 --refit", "--valid-fraction 0.3",
        "--class-weight yes=10", "--scale standard", "--batch-size 4", "--threads 2"}) {
    const Outcome outcome = train(more);
    EXPECT_EQ(outcome.status, 0) << more << outcome.err;
    EXPECT_NE(run("evaluate m d.svm --json").out.find("\"accuracy\":1.0"), std::string::npos)
        << more;
  }
}

TEST_F(WordLabels, MayBeAnyBytes) {
  write("caf\xe9", "th\xe9");
  for (const char* loss : {"", "--loss softmax", "--one-vs-rest"}) {
    const Outcome trained = train(loss);
    ASSERT_EQ(trained.status, 0) << loss << trained.err;
    EXPECT_EQ((*load(folder_.path("m")).label_names())[0], "caf\xe9");
    EXPECT_EQ(lines(run("predict m d.svm --output label").out)[0], "caf\xe9") << loss;
    const Outcome inspected = run("inspect m --json");
    EXPECT_EQ(inspected.status, 0) << inspected.err;
    EXPECT_NE(inspected.out.find("caf\xef\xbf\xbd"), std::string::npos) << inspected.out;
    EXPECT_EQ(run("evaluate m d.svm --json").status, 0) << loss;
  }
}

}  // namespace
}  // namespace hogwild::test
