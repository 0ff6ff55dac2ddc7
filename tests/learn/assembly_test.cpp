// What the compiler made of the loops that learn: nothing in them locks the bus.
#include "core/sanitizers.hpp"

#if defined(__x86_64__) && defined(NDEBUG) && !defined(HOGWILD_SANITIZED)

#include <gtest/gtest.h>
#include <stdio.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "support/places.hpp"

namespace {

struct Found {
  int functions = 0;
  int locks = 0;  // instructions that lock
};

// In the functions that learn a row, or rows, of a placement of that name.
Found locks_where(const std::string& placement) {
  const std::string command =
      "objdump -d --demangle --no-show-raw-insn " + hogwild::test::program();
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  Found found;
  bool inside = false;
  char* line = nullptr;
  std::size_t capacity = 0;
  while (getline(&line, &capacity, pipe.get()) > 0) {
    const std::string text = line;
    if (text.find(">:\n") != std::string::npos) {
      const bool learns = text.find("hogwild::learn_row") != std::string::npos;
      inside = learns && text.find(placement) != std::string::npos;
      found.functions += inside ? 1 : 0;
    } else if (inside) {
      const bool locks = text.find("\tlock ") != std::string::npos ||
                         text.find("\tmfence") != std::string::npos ||
                         (text.find("\txchg ") != std::string::npos &&
                          text.find('(') != std::string::npos);  // with memory, it locks by itself
      found.locks += locks ? 1 : 0;
    }
  }
  free(line);
  return found;
}

TEST(Assembly, HasNoLockInTheRacyPath) {
  const Found racy = locks_where("hogwild::RacyLanding");
  EXPECT_GT(racy.functions, 20);
  EXPECT_EQ(racy.locks, 0);
}

TEST(Assembly, HasOneWhereStepsAreNotToBeLost) {  // so the other test would see it
  const Found atomic = locks_where("hogwild::AtomicLanding");
  EXPECT_GT(atomic.functions, 5);
  EXPECT_GE(atomic.locks, atomic.functions / 2);
}

}  // namespace

#endif
