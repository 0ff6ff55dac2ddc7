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

namespace hogwild::test {

/// What mpirun needs to start any number of ranks here, by whomever. What Open MPI leaves behind is
/// not ours to free, so leaks are not looked for.
inline std::string mpirun(int ranks) {
  return fmt::format(
      "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 "
      "OMPI_MCA_rmaps_base_oversubscribe=1 OMPI_MCA_btl_vader_single_copy_mechanism=none "
      "ASAN_OPTIONS=$ASAN_OPTIONS:detect_leaks=0 mpirun -n {}",
      ranks);
}

class Ranks : public Command {
 protected:
  Ranks() {
    EXPECT_EQ(run("generate click 20000 --features 5000 -o click.svm").status, 0);
    EXPECT_EQ(run("generate click 5000 --features 5000 -o test.svm --seed 2").status, 0);
  }

  Outcome run_on(int ranks, const std::string& arguments) {
    return run("train " + arguments, mpirun(ranks));
  }

  double test_loss(const std::string& model) {
    const Outcome told = run("evaluate " + model + " test.svm --json");
    EXPECT_EQ(told.status, 0) << told.err;
    return nlohmann::json::parse(told.out)["log_loss"];
  }

  /// The log's lines of an event.
  std::vector<nlohmann::json> events(const std::string& log, const std::string& event) {
    std::vector<nlohmann::json> found;
    for (const std::string& line : lines(file(log))) {
      if (auto json = nlohmann::json::parse(line); json["event"] == event) found.push_back(json);
    }
    return found;
  }
};

}  // namespace hogwild::test
