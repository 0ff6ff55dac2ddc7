// The hogwild program under mpirun.
#pragma once

#include <gtest/gtest.h>

#include <fmt/format.h>

#include <cstdlib>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "support/command.hpp"
#include "support/places.hpp"
#include "support/sanitized.hpp"

namespace hogwild::test {

/// What mpirun needs to start any number of ranks here, by whomever. What Open MPI leaves behind is
/// not ours to free, so leaks are not looked for; nor is the order in which it takes its own locks
/// ours to change: one host does without its TCP, and of its shared memory it is not told. Open MPI
/// 5 takes the wish for more ranks than cores by another name.
inline std::string mpirun(int ranks) {
  return fmt::format(
      "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
      "OMPI_MCA_rmaps_base_oversubscribe=1 PRTE_MCA_rmaps_default_mapping_policy=:oversubscribe "
      "OMPI_MCA_btl=self,vader "
      "OMPI_MCA_btl_vader_single_copy_mechanism=none "
      "ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 "
      "TSAN_OPTIONS=$TSAN_OPTIONS:suppressions={}/tests/distributed/openmpi.supp mpirun -n {}",
      root(), ranks);
}

/// How many ranks to try.
inline std::vector<int> some_ranks() {
  return kSanitized ? std::vector{3} : std::vector{2, 4};
}

/// A factor on a loss that another is to come near to.
inline double within(double share) {
  return 1 + (kSanitized ? 0.2 : share);
}

class Ranks : public Command {
 protected:
  static constexpr int kRows = kSanitized ? 3000 : 20000;
  static constexpr double kLearnt = kSanitized ? 0.55 : 0.45;  // the base rate alone has 0.58

  Ranks() {
    const auto generate = [&](int rows, const std::string& rest) {
      EXPECT_EQ(run(fmt::format("generate click {} --features 5000 -o {}", rows, rest)).status, 0);
    };
    generate(kRows, "click.svm");
    generate(kRows / 4, "test.svm --seed 2");
  }

  Outcome run_on(int ranks, const std::string& arguments) {
    return run("train " + arguments, mpirun(ranks));
  }

  double test_loss(const std::string& model) { return loss(model, "test.svm"); }

  double training_loss(const std::string& model) { return loss(model, "click.svm"); }

  /// The log's lines of an event.
  std::vector<nlohmann::json> events(const std::string& log, const std::string& event) {
    std::vector<nlohmann::json> found;
    for (const std::string& line : lines(file(log))) {
      if (auto json = nlohmann::json::parse(line); json["event"] == event) found.push_back(json);
    }
    return found;
  }

 private:
  double loss(const std::string& model, const std::string& rows) {
    const Outcome told = run("evaluate " + model + " " + rows + " --json");
    EXPECT_EQ(told.status, 0) << told.err;
    return nlohmann::json::parse(told.out)["log_loss"];
  }
};

}  // namespace hogwild::test
