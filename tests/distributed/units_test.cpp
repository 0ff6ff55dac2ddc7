// Ranks learn values in units of all ranks' rows.
#include <cmath>
#include <string>
#include <vector>

#include "hogwild/core/random.hpp"
#include "support/ranks.hpp"
#include "support/sanitized.hpp"

namespace hogwild::test {
namespace {

class RanksInUnits : public Command {
 protected:
  RanksInUnits() {
    const std::vector<double> scales{1e-5, 1, 1e5}, shifts{0, 3000, 0};
    std::string plain, other;
    for (std::uint64_t i = 0; i < 1200; ++i) {
      Random random(7, i);
      std::string row, scaled;
      double margin = 0.5;
      for (std::size_t j = 0; j < scales.size(); ++j) {
        const double x = random.normal();
        margin += x * (j == 1 ? -1.5 : 1);
        row += fmt::format(" {}:{:.6}", j + 1, x);
        scaled += fmt::format(" {}:{:.8}", j + 1, shifts[j] + scales[j] * x);
      }
      const int label = random.uniform() < 1 / (1 + std::exp(-margin)) ? 1 : 0;
      plain += fmt::format("{}{}\n", label, row);
      other += fmt::format("{}{}\n", label, scaled);
    }
    folder_.write("plain.svm", plain);
    folder_.write("other.svm", other);
  }

  double loss_on(const std::string& file, const std::string& kind) {
    const Outcome outcome =
        run("train " + file + " -o m --epochs 3 --threads 1 --distributed " + kind, mpirun(2));
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err.find("learns in other units") != std::string::npos, file == "other.svm");
    return nlohmann::json::parse(run("evaluate m " + file + " --json").out)["loss"];
  }
};

TEST_F(RanksInUnits, LearnAsWellAsFromRowsOfUnitScale) {
  std::vector<std::string> kinds{"allreduce", "graph", "downpour", "easgd --synchronous"};
  if (kSanitized) kinds.resize(1);
  for (const std::string& kind : kinds) {
    const double plain = loss_on("plain.svm", kind);
    EXPECT_NEAR(loss_on("other.svm", kind), plain, 0.01 * plain) << kind;
  }
}

}  // namespace
}  // namespace hogwild::test
