#include "support/ranks.hpp"

namespace hogwild::test {
namespace {

class Elastic : public Ranks {};

TEST_F(Elastic, OneWorkersCentreIsWhereTheWorkerIs) {
  const std::string options = "click.svm --learning-rate 0.1 --epochs 2 --threads 1 ";
  ASSERT_EQ(run("train " + options + "-o alone").status, 0);
  for (const std::string form : {"", " --synchronous"}) {
    ASSERT_EQ(run_on(1, options + "-o ranked --distributed easgd" + form).status, 0);
    EXPECT_NEAR(test_loss("ranked"), test_loss("alone"), 1e-5) << form;
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
