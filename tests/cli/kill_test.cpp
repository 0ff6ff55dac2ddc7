// A training that is killed at any moment leaves a checkpoint that loads, or none.
#include <signal.h>

#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "hogwild/core/random.hpp"
#include "hogwild/model/file.hpp"
#include "support/command.hpp"
#include "support/process.hpp"
#include "support/sanitized.hpp"

namespace hogwild::test {
namespace {

using Kill = Command;

// HOGWILD_KILLS times, or a few.
TEST_F(Kill, AtAnyMomentLeavesACheckpointThatLoads) {
  const char* const wished = std::getenv("HOGWILD_KILLS");
  const int kills = wished != nullptr ? std::atoi(wished) : kSanitized ? 3 : 8;
  const std::chrono::milliseconds start_up(kSanitized ? 2000 : 200);  // and reading
  run("generate click 20000 --features 20000 -o click.svm");
  Random random(static_cast<std::uint64_t>(kills));
  int left = 0;
  for (int kill_number = 0; kill_number < kills; ++kill_number) {
    Process process(folder_,
                    "train click.svm -o never --epochs 1000000 --learning-rate 0.1 --threads 2 "
                    "--checkpoint c --checkpoint-every 0.001 --progress none 2>/dev/null");
    std::this_thread::sleep_for(start_up + std::chrono::microseconds(random.below(200'000)));
    process.signal(SIGKILL);
    process.wait();
    const std::string checkpoint = folder_.path("c");
    if (!std::filesystem::exists(checkpoint)) continue;
    ++left;
    const Model model = load(checkpoint);
    EXPECT_GT(model.provenance().visits, 0u);
    EXPECT_TRUE(std::isfinite(model.bias()));
    EXPECT_EQ(run("evaluate c click.svm").status, 0);
    // Half of the time the next one replaces it.
    if (random.below(2) == 0) std::filesystem::remove(checkpoint);
  }
  EXPECT_GT(left, 0);
}

}  // namespace
}  // namespace hogwild::test
