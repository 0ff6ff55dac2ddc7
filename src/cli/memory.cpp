#include "cli/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace hogwild::cli {

std::uint64_t memory_limit(const TrainArguments& arguments) {
  if (arguments.memory_limit > 0) return arguments.memory_limit;
  auto bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
               static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  // Of a container; the kernel's documentation, "Control Group v2", memory.max.
  std::ifstream group("/sys/fs/cgroup/memory.max");
  if (std::uint64_t most = 0; group >> most) bytes = std::min(bytes, most);
  return bytes / 4 * 3;
}

}  // namespace hogwild::cli
