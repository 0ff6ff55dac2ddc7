#include <algorithm>

#include "support/ranks.hpp"

namespace hogwild::test {
namespace {

class Elastic : public Ranks {
 protected:
  // Rows of some of the 50 features from `first` on; all lines are of one length.
  static std::string rows_from(int first) {
    std::string text;
    for (int i = 0; i < 400; ++i) {
      text += i % 3 == 0 ? "+1" : "-1";
      // The last feature of the row is in no other row but every fiftieth.
      for (const int j : {i % 7, 7 + i % 11, 18 + i % 32}) text += fmt::format(" {}:1", first + j);
      text += '\n';
    }
    return text;
  }

  // Of features, in the order of their numbers.
  std::vector<std::string> weights(const std::string& model) {
    std::vector<std::string> found = lines(run("inspect " + model + " --weights").out);
    std::erase_if(found, [](const std::string& line) { return line.starts_with("bias"); });
    std::ranges::sort(found);
    return found;
  }
};

TEST_F(Elastic, OneWorkersCentreIsWhereTheWorkerIs) {
  const std::string options = "click.svm --learning-rate 0.1 --epochs 2 --threads 1 ";
  ASSERT_EQ(run("train " + options + "-o alone").status, 0);
  for (const std::string form : {"", " --synchronous"}) {
    ASSERT_EQ(run_on(1, options + "-o ranked --distributed easgd" + form).status, 0);
    EXPECT_EQ(file("ranked"), file("alone")) << form;
  }
}

// The two ranks' rows have no feature in common, and there is no bias: the model is that of two
// runs, each of one part of the rows.
TEST_F(Elastic, TheCentreHasWholeWhatOneRankAloneLearns) {
  const std::string first = rows_from(100), second = rows_from(200);
  ASSERT_EQ(first.size(), second.size());  // so that the file is cut between them
  folder_.write("first.svm", first);
  folder_.write("second.svm", second);
  folder_.write("both.svm", first + second);
  for (const std::string rule : {"adagrad", "sgd", "adam", "nesterov"}) {
    const std::string options =
        " --optimizer " + rule + " --no-bias --learning-rate 0.02 --epochs 2 --threads 1 -o ";
    ASSERT_EQ(run("train first.svm" + options + "a").status, 0);
    ASSERT_EQ(run("train second.svm" + options + "b").status, 0);
    std::vector<std::string> expected = weights("a");
    ASSERT_EQ(expected.size(), 50u);
    for (const std::string& line : weights("b")) expected.push_back(line);
    for (const std::string form : {"", " --synchronous"}) {
      ASSERT_EQ(run_on(2, "both.svm --distributed easgd" + form + options + "m").status, 0);
      EXPECT_EQ(weights("m"), expected) << rule << form;
    }
    if (kSanitized) break;
  }
}

TEST_F(Elastic, AnElasticityDrawsByTheForceOfThePaper) {
  const std::string options = "click.svm --learning-rate 0.1 --epochs 3 --threads 1 ";
  ASSERT_EQ(run("train " + options + "-o alone").status, 0);
  for (const std::string form : {"", " --synchronous", " --dense"}) {
    ASSERT_EQ(run_on(2, options + "-o m --distributed easgd --elasticity 0.45" + form).status, 0);
    EXPECT_LT(test_loss("m"), within(0.05) * test_loss("alone")) << form;
  }
}

TEST_F(Elastic, TheCentreOfSeveralReachesTheLossOfOne) {
  const std::string stopping = "--valid-fraction 0.1 --early-stopping 3 --epochs 60 --threads 1 ";
  const std::string options = "click.svm --learning-rate 0.1 " + stopping;
  ASSERT_EQ(run("train " + options + "-o alone").status, 0);
  const double alone = test_loss("alone");
  for (const std::string form : {"", " --synchronous", " --dense --period 50"}) {
    for (const int ranks : some_ranks()) {
      const Outcome outcome = run_on(ranks, options + "-o m --distributed easgd --log log" + form);
      ASSERT_EQ(outcome.status, 0) << outcome.err;
      // Four ranks of this little set learn from 4,500 rows each.
      EXPECT_LT(test_loss("m"), within(0.02) * alone) << ranks << " ranks" << form;
      std::uint64_t rows = 0;
      for (const auto& told : events("log", "rank")) {
        if (told["epoch"] == 1) rows += told["rows"].get<std::uint64_t>();
      }
      EXPECT_EQ(rows, events("log", "epoch").at(0)["rows"]);
    }
  }
}

TEST_F(Elastic, WithMomentumItIsEamsgd) {
  const Outcome outcome = run_on(2, "click.svm -o m --distributed eamsgd --epochs 3 --threads 1");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("by nesterov"), std::string::npos) << outcome.err;
  EXPECT_LT(test_loss("m"), kLearnt);
  EXPECT_EQ(run_on(2, "click.svm -o m --distributed eamsgd --optimizer momentum").status, 0);
  EXPECT_EQ(run_on(2, "click.svm -o m --distributed eamsgd --optimizer adam").status, 2);
}

TEST_F(Elastic, TheSynchronousFormGivesTheSameBytesEachTime) {
  const std::string options =
      "click.svm --distributed easgd --synchronous --threads 1 "
      "--learning-rate 0.1 --optimizer sgd ";
  ASSERT_EQ(run_on(3, options + "-o first").status, 0);
  ASSERT_EQ(run_on(3, options + "-o second").status, 0);
  EXPECT_EQ(file("first"), file("second"));
}

TEST_F(Elastic, ARankMayServeAloneOrHaveNoRows) {
  EXPECT_EQ(run_on(3, "click.svm -o m --distributed easgd --servers 1").status, 0);
  EXPECT_LT(test_loss("m"), kLearnt);
  for (const std::string form : {"", " --synchronous --threads 1"}) {
    const Outcome outcome =
        run_on(4, "train.svm -o m --distributed easgd --learning-rate 0.1" + form);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
  }
}

}  // namespace
}  // namespace hogwild::test
