#include "parallel/pinning.hpp"

#include <sched.h>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <string>
#include <system_error>

namespace hogwild {
namespace {

constexpr int kMostCores = 1 << 16;

// A set of cores as large as the system wants it.
struct CoreSet {
  explicit CoreSet(int cores)
      : set(CPU_ALLOC(static_cast<std::size_t>(cores))),
        bytes(CPU_ALLOC_SIZE(static_cast<std::size_t>(cores))) {
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

std::string in_ranges(const std::vector<int>& numbers) {
  std::string text;
  for (std::size_t k = 0; k < numbers.size();) {
    std::size_t end = k + 1;
    while (end < numbers.size() && numbers[end] == numbers[end - 1] + 1) ++end;
    if (!text.empty()) text += ',';
    text += std::to_string(numbers[k]);
    if (end - k > 1) text += (end - k > 2 ? '-' : ',') + std::to_string(numbers[end - 1]);
    k = end;
  }
  return text;
}

std::optional<std::vector<int>> numbers_in(std::string_view text) {
  std::vector<int> numbers;
  const char* at = text.data();
  const char* const end = at + text.size();
  const auto number = [&](int& value) {
    const auto [next, error] = std::from_chars(at, end, value);
    const bool good = error == std::errc() && value >= 0 && value <= kMostCores;
    at = next;
    return good;
  };
  for (;;) {
    int first = 0, last = 0;
    if (!number(first)) return std::nullopt;
    last = first;
    if (at != end && *at == '-') {
      ++at;
      if (!number(last) || last < first) return std::nullopt;
    }
    for (int value = first; value <= last; ++value) numbers.push_back(value);
    if (at == end) return numbers;
    if (*at++ != ',') return std::nullopt;
  }
}

bool pin_this_thread(int core) noexcept {
  const CoreSet one(core + 1);
  if (one.set == nullptr) return false;
  CPU_SET_S(static_cast<std::size_t>(core), one.bytes, one.set);
  return sched_setaffinity(0, one.bytes, one.set) == 0;  // 0: the calling thread
}

}  // namespace hogwild
