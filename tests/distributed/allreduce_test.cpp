#include "support/ranks.hpp"

namespace hogwild::test {
namespace {

class Allreduce : public Ranks {
 protected:
  // [feature] = weight, and "bias", as inspect tells them.
  std::map<std::string, float> weights(const std::string& model) {
    std::map<std::string, float> found;
    for (const std::string& line : lines(run("inspect " + model + " --weights").out)) {
      const auto tab = line.find('\t');
      found[line.substr(0, tab)] = std::stof(line.substr(tab + 1));
    }
    return found;
  }

  void expect_near(const std::string& model, const std::string& other) {
    const auto a = weights(model), b = weights(other);
    ASSERT_GT(a.size(), 1u);
    for (const auto& [feature, weight] : a) {
      const auto found = b.find(feature);
      const float w = found == b.end() ? 0 : found->second;
      ASSERT_NEAR(weight, w, 1e-4 + 1e-3 * std::abs(weight)) << feature;
    }
  }
};

TEST_F(Allreduce, OneRankMakesTheStepsOfAnyRunInBatches) {
  const std::string options =
      "click.svm --batch-size 32 --learning-rate 0.1 --threads 1 --l2 0.001 ";
  ASSERT_EQ(run("train " + options + "-o alone").status, 0);
  ASSERT_EQ(run_on(1, options + "-o ranked --distributed allreduce").status, 0);
  EXPECT_EQ(file("ranked"), file("alone"));
}

TEST_F(Allreduce, AStepOnAllRowsIsTheSameHoweverTheyAreShared) {
  // By sgd: adagrad makes a step as long of a gradient that is next to nothing, and rounding is
  // one.
  for (const std::string net : {"", " --l1 0.0005 --l2 0.001"}) {
    const std::string options =
        "click.svm --batch-size full --epochs 20 --learning-rate 0.3 --threads 1 --optimizer sgd" +
        net;
    ASSERT_EQ(run("train -o alone " + options).status, 0);
    for (const int ranks : some_ranks()) {
      ASSERT_EQ(run_on(ranks, "-o m --distributed allreduce " + options).status, 0);
      expect_near("m", "alone");
    }
  }
}

TEST_F(Allreduce, RepeatsToTheBitAndOnAnyNumberOfThreads) {
  const std::string options =
      "click.svm --batch-size 300 --learning-rate 0.1 --distributed allreduce ";
  ASSERT_EQ(run_on(3, options + "-o first --threads 1").status, 0);
  ASSERT_EQ(run_on(3, options + "-o second --threads 1").status, 0);
  ASSERT_EQ(run_on(3, options + "-o threads --threads 2").status, 0);
  EXPECT_EQ(file("first"), file("second"));
  EXPECT_EQ(weights("first"), weights("threads"));
}

TEST_F(Allreduce, ServesEveryRule) {
  std::vector<std::string> rules{"ftrl", "nesterov", "adam", "sgd", "adaptive_revision"};
  if (kSanitized) rules.resize(1);
  for (const std::string& rule : rules) {
    const std::string options = "click.svm --batch-size 64 --threads 1 --optimizer " + rule + " ";
    ASSERT_EQ(run("train -o alone " + options + "--learning-rate 0.01").status, 0);
    ASSERT_EQ(run_on(4, "-o m --distributed allreduce --learning-rate 0.01 " + options).status, 0);
    EXPECT_LT(test_loss("m"), within(0.01) * test_loss("alone")) << rule;
  }
}

TEST_F(Allreduce, RanksOfFewRowsOrNoneKeepTheOthersCompany) {
  const Outcome outcome = run_on(
      4, "train.svm -o m --distributed allreduce --batch-size 4 --learning-rate 0.1 --log log");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  int rows = 0;
  for (const auto& told : events("log", "rank")) rows += told["rows"].get<int>();
  EXPECT_EQ(rows, 4);
  EXPECT_EQ(run_on(4, "train.svm -o m --distributed allreduce --batch-size 2").status, 2);
}

}  // namespace
}  // namespace hogwild::test
