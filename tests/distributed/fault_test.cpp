// Ranks that die or stand still while others learn.
#include <signal.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <future>
#include <optional>
#include <thread>

#include "support/ranks.hpp"

namespace hogwild::test {
namespace {

namespace fs = std::filesystem;

class Fault : public Ranks {
 protected:
  // The processes of this test's ranks, by rank.
  std::map<int, pid_t> running() const {
    std::map<int, pid_t> found;
    for (const auto& entry : fs::directory_iterator("/proc")) {
      std::error_code gone;
      const pid_t process = std::atoi(entry.path().filename().c_str());
      if (process <= 0) continue;
      const fs::path folder = fs::read_symlink(entry.path() / "cwd", gone);
      const fs::path program = fs::read_symlink(entry.path() / "exe", gone);
      if (gone || program.filename() != "hogwild" || folder / "" != folder_.path("")) continue;
      const std::string environment = contents(entry.path() / "environ");
      const std::string name = std::string(1, '\0') + "OMPI_COMM_WORLD_RANK=";
      const auto at = environment.find(name);
      if (at != std::string::npos) found[std::atoi(&environment[at + name.size()])] = process;
    }
    return found;
  }

  // Looks again and again, for a minute at most.
  template <class Condition>
  static bool eventually(const Condition& met) {
    for (int look = 0; look < 3000; ++look) {
      if (met()) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
    }
    return false;
  }

  // Starts a long run, and when it has made a checkpoint that has learnt something sends a signal
  // to one of its ranks. Learnt by the rows it learns from: so long a run ends far too sure of
  // others.
  Outcome strike(int ranks, int victim, int signal, const std::string& arguments) {
    return afflict(ranks, victim, arguments, [&](pid_t process) { kill(process, signal); });
  }

  template <class Affliction>
  Outcome afflict(int ranks, int victim, const std::string& arguments, const Affliction& afflicts) {
    auto outcome = std::async(std::launch::async, [&] {
      return run_on(ranks,
                    "click.svm -o m --learning-rate 0.1 --epochs 1000000 --threads 1 "
                    "--checkpoint checkpoint --checkpoint-every 0.2s " +
                        arguments);
    });
    const bool begun = eventually([&] {
      return fs::exists(folder_.path("checkpoint")) && training_loss("checkpoint") < kLearnt;
    });
    EXPECT_TRUE(begun);
    const auto processes = running();
    EXPECT_EQ(processes.size(), static_cast<std::size_t>(ranks));
    if (processes.contains(victim)) afflicts(processes.at(victim));
    return outcome.get();
  }

  void expect_ended_well(const Outcome& outcome, const std::string& said) {
    EXPECT_NE(outcome.status, 0);
    EXPECT_NE(outcome.err.find(said), std::string::npos) << outcome.err;
    EXPECT_TRUE(eventually([&] { return running().empty(); })) << "ranks are left behind";
    EXPECT_LT(training_loss("checkpoint"), kLearnt);
    // Another number of ranks goes on from there.
    const Outcome resumed = run_on(2,
                                   "click.svm -o m --resume checkpoint --learning-rate 0.01 "
                                   "--distributed downpour --optimizer sgd --threads 1");
    EXPECT_EQ(resumed.status, 0) << resumed.err;
    EXPECT_LT(training_loss("m"), kLearnt);
  }
};

TEST_F(Fault, AWorkerThatIsKilledEndsAllAndLeavesTheCheckpoint) {
  expect_ended_well(strike(3, 1, SIGKILL, "--distributed downpour"), "rank 1");
}

TEST_F(Fault, SoDoesAServer) {
  expect_ended_well(strike(3, 2, SIGKILL, "--distributed downpour --servers 1"), "rank 2");
}

TEST_F(Fault, SoDoesOneInStepWithOthers) {
  if (kSanitized) GTEST_SKIP() << "as much is seen of the others, and each takes long";
  expect_ended_well(strike(3, 1, SIGKILL, "--distributed allreduce"), "rank 1");
}

TEST_F(Fault, ARankThatStandsStillIsNamed) {
  expect_ended_well(
      strike(3, 1, SIGSTOP, "--distributed easgd --patience 3"), "rank 1 on " + [] {
        char name[256] = {};
        gethostname(name, sizeof name - 1);
        return std::string(name);
      }() + " has been silent for 3 s");
}

TEST_F(Fault, ARankThatIsSlowIsNamedAndAllGoOn) {
  // Nineteen twentieths of the time it stands still.
  const auto slow_down = [&](pid_t process) {
    constexpr int kLooks = 300;  // a minute
    const auto is_named = [&] {
      return contents(folder_.path("log")).find("slow_rank") != std::string::npos;
    };
    for (int look = 0; look < kLooks && !is_named(); ++look) {
      kill(process, SIGSTOP);
      std::this_thread::sleep_for(std::chrono::milliseconds(190));
      kill(process, SIGCONT);
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    kill(process, SIGTERM);
  };
  std::vector<std::string> kinds{"downpour", "allreduce"};
  if (kSanitized) kinds.resize(1);
  for (const std::string& kind : kinds) {
    const Outcome outcome =
        afflict(2, 1, "--progress none --log log --distributed " + kind, slow_down);
    EXPECT_EQ(outcome.status, 130) << kind << "\n" << outcome.err;
    EXPECT_NE(outcome.err.find("hogwild: rank 1 on "), std::string::npos) << outcome.err;
    const auto told = events("log", "slow_rank");
    ASSERT_EQ(told.size(), 1u) << kind;
    EXPECT_EQ(told[0]["rank"], 1);
    EXPECT_GE(told[0]["times"], 3);
    fs::remove(folder_.path("checkpoint"));
    fs::remove(folder_.path("log"));
  }
}

TEST_F(Fault, AnInterruptSavesTheModelOfAllRanks) {
  // mpirun passes SIGTERM on to all ranks; one of them would be enough.
  std::vector<std::string> kinds{"graph", "downpour", "easgd", "allreduce"};
  if (kSanitized) kinds.resize(2);
  for (const std::string& kind : kinds) {
    const Outcome outcome = strike(3, 2, SIGTERM, "--distributed " + kind);
    EXPECT_EQ(outcome.status, 130) << kind << "\n" << outcome.err;
    EXPECT_LT(training_loss("m"), kLearnt);
    fs::remove(folder_.path("checkpoint"));
  }
}

}  // namespace
}  // namespace hogwild::test
