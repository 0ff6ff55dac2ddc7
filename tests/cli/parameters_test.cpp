// Processes that learn into one parameter file.
#include <signal.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <thread>

#include "hogwild/core/random.hpp"
#include "hogwild/learn/learner.hpp"
#include "hogwild/learn/parameter_file.hpp"
#include "support/command.hpp"
#include "support/process.hpp"
#include "support/sanitized.hpp"

namespace hogwild::test {
namespace {

class Parameters : public Command {
 protected:
  double loss_of(const std::string& model) {
    return nlohmann::json::parse(run("evaluate " + model + " held_out.svm --json").out)["log_loss"];
  }
};

TEST_F(Parameters, OfTwoProcessesReachTheLossOfTwoThreads) {
  const std::string rows_to_learn = kSanitized ? "2000" : "20000";
  run("generate text " + rows_to_learn + " --features 5000 -o all.svm");
  run("generate text 5000 --features 5000 --seed 2 -o held_out.svm");
  const auto rows = lines(file("all.svm"));
  std::string odd, even;
  for (std::size_t i = 0; i < rows.size(); ++i) (i % 2 ? odd : even) += rows[i] + "\n";
  folder_.write("odd.svm", odd);
  folder_.write("even.svm", even);
  const std::string options =
      " --hash-bits 14 --epochs 3 --learning-rate 0.3 --epsilon 0.01 --progress none";
  ASSERT_EQ(run("train all.svm -o threads --threads 2" + options).status, 0);
  Process first(folder_, "train odd.svm -o m1 --threads 1 --parameters p" + options);
  Process second(folder_, "train even.svm -o m2 --threads 1 --parameters p" + options);
  EXPECT_EQ(first.wait(), 0);
  EXPECT_EQ(second.wait(), 0);
  EXPECT_LT(loss_of("p") / loss_of("threads"), kSanitized ? 1.05 : 1.01);
  const std::string seen = run("inspect p").out;
  const std::string learnt = std::to_string(3 * std::stoi(rows_to_learn));
  EXPECT_NE(seen.find(learnt + " rows learnt by all processes"), std::string::npos) << seen;
  EXPECT_NE(run("predict p", "", "| 1:1\n").status, 0);  // the features are those of libsvm text
  EXPECT_EQ(run("predict p", "", "1:1\n").status, 0);
}

TEST_F(Parameters, WithOtherOptionsAreRefused) {
  ASSERT_EQ(run("train train.svm -o m --parameters p --learning-rate 0.1").status, 0);
  const Outcome other = run("train train.svm -o m --parameters p --optimizer sgd");
  EXPECT_EQ(other.status, 2);
  EXPECT_NE(other.err.find("was made with --optimizer adagrad"), std::string::npos) << other.err;
  EXPECT_EQ(run("train train.svm -o m --parameters p --hash-bits 9").status, 2);
  EXPECT_EQ(run("train train.vw -o m --parameters q").status, 2);  // names
  EXPECT_EQ(run("train train.svm -o m --parameters m").status, 2);
  EXPECT_EQ(run("train train.svm -o m --parameters train.svm").status, 2);
  folder_.write("rubbish", "rubbish");
  EXPECT_EQ(run("train train.svm -o m --parameters rubbish").status, 1);
  EXPECT_EQ(run("train train.svm -o m --parameter-features 9").status, 2);
}

// HOGWILD_KILLS rounds, or a few: a killed process leaves the file, another that learns, and one
// that reads as they were.
TEST_F(Parameters, SurviveTheKillOfOneWhoLearns) {
  const char* const wished = std::getenv("HOGWILD_KILLS");
  const int rounds = wished != nullptr ? std::atoi(wished) : kSanitized ? 2 : 5;
  run("generate click 2000 --features 2000 -o click.svm");
  const auto endless = [](const std::string& model) {
    return "train click.svm --epochs 100000000 --threads 1 --learning-rate 0.1 --parameters p "
           "--progress none -o " +
           model;
  };
  Process other(folder_, endless("m"));
  while (!std::filesystem::exists(folder_.path("p"))) std::this_thread::yield();
  const auto file = ParameterFile::open(folder_.path("p"));
  const Learner reader(file);
  Random random(static_cast<std::uint64_t>(rounds));
  for (int round = 0; round < rounds; ++round) {
    const std::uint64_t before = file->rows();
    Process killed(folder_, endless("killed"));
    const auto learns = [&] {
      for (const ParameterWriter& writer : file->writers()) {
        if (writer.process == static_cast<std::uint32_t>(killed.number()) && writer.rows > 0)
          return true;
      }
      return false;
    };
    while (!learns()) {
      ASSERT_FALSE(killed.has_ended()) << "it ended by itself";
      std::this_thread::yield();
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random.below(20'000)));
    killed.signal(SIGKILL);
    EXPECT_EQ(killed.wait(), -SIGKILL);
    const std::uint64_t at_death = file->rows();
    EXPECT_GT(at_death, before);
    while (file->rows() == at_death) {  // the other goes on
      ASSERT_FALSE(other.has_ended()) << "it ended with the killed one";
      std::this_thread::yield();
    }
    const Model model = reader.snapshot();
    EXPECT_TRUE(std::isfinite(model.bias()));
    for (const float weight : model.weights()) ASSERT_TRUE(std::isfinite(weight));
    if (round % 10 == 0) {
      EXPECT_EQ(run("evaluate p click.svm").status, 0);
    }
  }
  other.signal(SIGINT);
  EXPECT_EQ(other.wait(), 130);
}

}  // namespace
}  // namespace hogwild::test
