#include "parallel/cores.hpp"

#include <gtest/gtest.h>
#include <sched.h>

#include <string>
#include <vector>

#include "hogwild/core/error.hpp"
#include "hogwild/train/options.hpp"
#include "parallel/thread_team.hpp"

namespace hogwild {
namespace {

TEST(Pinning, KeepsEachWorkerToItsCore) {
  const std::vector<int> cores = cores_allowed();
  ASSERT_FALSE(cores.empty());
  const int workers = static_cast<int>(cores.size()) + 1;  // the last shares a core with the first
  ThreadTeam team(workers, cores);
  std::vector<int> seen(static_cast<std::size_t>(workers), -1);
  team.run([&](int worker) { seen[static_cast<std::size_t>(worker)] = sched_getcpu(); });
  for (std::size_t k = 0; k < seen.size(); ++k) EXPECT_EQ(seen[k], cores[k % cores.size()]);
  EXPECT_EQ(cores_allowed(), cores);  // the caller stays where it may be
}

TEST(Pinning, ToACoreThatIsNotThereIsRefusedByNamesOfTheOthers) {
  TrainOptions options;
  options.pin = {60'000};
  try {
    require_valid(options);
    FAIL();
  } catch (const OptionError& error) {
    EXPECT_EQ(error.what(),
              "pin: core 60000 does not exist or is not allowed; this process may use " +
                  in_ranges(cores_allowed()));
  }
}

TEST(Pinning, ListsAreReadAndWritten) {
  EXPECT_EQ(in_ranges({0, 1, 2, 3, 8, 10, 11}), "0-3,8,10,11");
  EXPECT_EQ(in_ranges({}), "");
  EXPECT_EQ(numbers_in("0-3,8,10,11"), (std::vector<int>{0, 1, 2, 3, 8, 10, 11}));
  EXPECT_EQ(numbers_in("5,1"), (std::vector<int>{5, 1}));
  for (const char* const wrong :
       {"", ",", "1,", "a", "3-1", "-1", "1-", "1--2", "99999999999", "1 2"}) {
    EXPECT_FALSE(numbers_in(wrong)) << wrong;
  }
}

TEST(LineTransfer, TakesTimeIfThereAreTwoCores) {
  const std::vector<int> cores = cores_allowed();
  if (cores.size() < 2) GTEST_SKIP() << "one core";
  if (const auto seconds = measure_line_transfer({cores[0], cores[1]})) {
    EXPECT_GT(*seconds, 1e-10);
    EXPECT_LT(*seconds, 1e-2);
  }
  EXPECT_EQ(line_transfer_seconds(), line_transfer_seconds());  // measured once
}

}  // namespace
}  // namespace hogwild
