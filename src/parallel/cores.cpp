#include "parallel/cores.hpp"

#include <sched.h>
#include <unistd.h>
#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <fstream>
#include <limits>
#include <thread>
#include <vector>

#include <charconv>
#include <cstddef>
#include <string>
#include <system_error>

namespace hogwild {
namespace {

constexpr int kMostCores = 1 << 16;  // of any system
constexpr std::size_t kBits = std::numeric_limits<unsigned long>::digits;

// A bit for each core, as the system has it.
using CoreSet = std::array<unsigned long, kMostCores / kBits>;

}  // namespace

int cores() noexcept {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

std::vector<int> cores_allowed() {
  CoreSet allowed{};
  std::vector<int> cores;
  if (sched_getaffinity(0, sizeof allowed, reinterpret_cast<cpu_set_t*>(&allowed)) != 0)
    return cores;
  for (std::size_t core = 0; core < kMostCores; ++core) {
    if ((allowed[core / kBits] >> core % kBits & 1) != 0) cores.push_back(static_cast<int>(core));
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
  CoreSet one{};
  if (core < kMostCores) one[static_cast<std::size_t>(core) / kBits] = 1ul << core % kBits;
  // 0: the calling thread
  return sched_setaffinity(0, sizeof one, reinterpret_cast<const cpu_set_t*>(&one)) == 0;
}

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kTurns = 100;  // that are timed together, both threads' together
constexpr std::uint32_t kTimes = 10;
constexpr std::chrono::milliseconds kLongest{10};  // of all, the start of the threads included
constexpr double kSlowest = 2e-6;  // seconds; a turn that takes longer waited for a thread to run

// A word that two threads write in turn, the one when it is even and the other when it is odd.
class Rally {
 public:
  // Takes a thread's turns up to turn `end`; false if time ran out. Acquire and release: a line is
  // passed on as a lock or a message does it.
  bool play(std::uint32_t parity, std::uint32_t begin, std::uint32_t end) noexcept {
    for (std::uint32_t turn = begin + parity; turn < end; turn += 2) {
      for (std::uint32_t looks = 1; word_.load(std::memory_order_acquire) != turn; ++looks) {
        if (looks % 1024 == 0 && Clock::now() > deadline_) return false;
      }
      word_.store(turn + 1, std::memory_order_release);
    }
    return true;
  }

 private:
  const Clock::time_point deadline_ = Clock::now() + kLongest;
  alignas(kCacheLinePair) std::atomic<std::uint32_t> word_{0};
};

}  // namespace

std::optional<double> measure_line_transfer(CorePair cores) {
  Rally rally;
  double least = std::numeric_limits<double>::infinity();
  {
    const std::jthread second([&] {
      pin_this_thread(cores.second);
      rally.play(1, 0, kTimes * kTurns);
    });
    const std::jthread first([&] {
      pin_this_thread(cores.first);
      for (std::uint32_t turn = 0; turn < kTimes * kTurns; turn += kTurns) {
        const auto begin = Clock::now();
        if (!rally.play(0, turn, turn + kTurns)) return;
        least = std::min(least, std::chrono::duration<double>(Clock::now() - begin).count());
      }
    });
  }
  if (least / kTurns > kSlowest) return std::nullopt;
  return least / kTurns;
}

double line_transfer_seconds() {
  static const double seconds = [] {
    const std::vector<int> cores = cores_allowed();
    if (cores.size() < 2) return 0.0;
    try {
      return measure_line_transfer({cores.front(), cores.back()}).value_or(0);
    } catch (const std::system_error&) {  // no more threads: there is nothing to pass lines to
      return 0.0;
    }
  }();
  return seconds;
}

std::uint64_t memory_bytes() {
  const auto bytes = static_cast<std::uint64_t>(sysconf(_SC_PHYS_PAGES)) *
                     static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
  // Of a container; the kernel's documentation, "Control Group v2", memory.max.
  std::ifstream group("/sys/fs/cgroup/memory.max");
  std::uint64_t most = 0;
  return group >> most ? std::min(bytes, most) : bytes;
}

}  // namespace hogwild
