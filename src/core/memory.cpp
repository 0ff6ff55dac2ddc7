#include "core/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace hogwild {

std::uint64_t memory_bytes() {
  const auto bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                     static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  // Of a container; the kernel's documentation, "Control Group v2", memory.max.
  std::ifstream group("/sys/fs/cgroup/memory.max");
  std::uint64_t most = 0;
  return group >> most ? std::min(bytes, most) : bytes;
}

}  // namespace hogwild
