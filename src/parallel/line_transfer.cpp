#include "parallel/line_transfer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <system_error>
#include <thread>
#include <vector>

#include "parallel/cache_line.hpp"
#include "parallel/pinning.hpp"

namespace hogwild {
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

}  // namespace hogwild
