#include "parallel/pinning.hpp"

#include <sched.h>

#include <cerrno>
#include <cstddef>

namespace hogwild {
namespace {

constexpr int kMostCores = 1 << 16;

// A set of cores as large as the system wants it.
struct CoreSet {
  explicit CoreSet(int cores) : set(CPU_ALLOC(static_cast<std::size_t>(cores))), bytes(CPU_ALLOC_SIZE(static_cast<std::size_t>(cores))) {
    if (set != nullptr) CPU_ZERO_S(bytes, set);
  }
  ~CoreSet() {
    if (set != nullptr) CPU_FREE(set);
  }
  CoreSet(const CoreSet&) = delete;
  CoreSet& operator=(const CoreSet&) = delete;

  cpu_set_t* set;
  std::size_t bytes;
};

}  // namespace

std::vector<int> cores_allowed() {
  std::vector<int> cores;
  for (int size = CPU_SETSIZE; size <= kMostCores; size *= 2) {
    const CoreSet allowed(size);
    if (allowed.set == nullptr) break;
    if (sched_getaffinity(0, allowed.bytes, allowed.set) != 0) {
      if (errno == EINVAL) continue;  // the machine may have more cores than that
      break;
    }
    for (int core = 0; core < size; ++core) {
      if (CPU_ISSET_S(static_cast<std::size_t>(core), allowed.bytes, allowed.set)) {
        cores.push_back(core);
      }
    }
    break;
  }
  return cores;
}

bool pin_this_thread(int core) noexcept {
  const CoreSet one(core + 1);
  if (one.set == nullptr) return false;
  CPU_SET_S(static_cast<std::size_t>(core), one.bytes, one.set);
  return sched_setaffinity(0, one.bytes, one.set) == 0;  // 0: the calling thread
}

}  // namespace hogwild
