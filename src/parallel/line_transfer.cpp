#include "parallel/line_transfer.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <limits>
#include <system_error>
#include <thread>

#include "parallel/cache_line.hpp"
#include "parallel/pinning.hpp"

namespace hogwild {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint32_t kTurns = 100;  // of an attempt, both threads' together
constexpr int kAttempts = 5;
constexpr std::chrono::microseconds kLongest{1000};  // of all attempts

// A word that the two write in turn: the one when it is even, the other when it is odd.
class Rally {
 public:
  // False if time ran out. Acquire and release: as a lock or a message passes a line on.
  bool play(std::uint32_t parity) noexcept {
    for (std::uint32_t turn = parity; turn < kTurns; turn += 2) {
      for (std::uint32_t looks = 1; word_.load(std::memory_order_acquire) != turn; ++looks) {
        if (looks % 1024 == 0 && (ended_.load(std::memory_order_relaxed) || Clock::now() > end_)) {
          ended_.store(true, std::memory_order_relaxed);
          return false;
        }
      }
      word_.store(turn + 1, std::memory_order_release);
    }
    return true;
  }
  explicit Rally(Clock::time_point end) : end_(end) {}

 private:
  const Clock::time_point end_;
  alignas(kCacheLinePair) std::atomic<std::uint32_t> word_{0};
  alignas(kCacheLinePair) std::atomic<bool> ended_{false};
};

}  // namespace

std::optional<double> measure_line_transfer(std::optional<CorePair> cores) {
  if (std::thread::hardware_concurrency() < 2) return std::nullopt;
  double least = std::numeric_limits<double>::infinity();
  const auto end = Clock::now() + kLongest;
  for (int attempt = 0; attempt < kAttempts && Clock::now() < end; ++attempt) {
    Rally rally(end);
    double seconds = 0;
    bool whole = false;
    const auto second = [&] {
      if (cores) pin_this_thread(cores->second);
      rally.play(1);
    };
    const auto first = [&] {
      if (cores) pin_this_thread(cores->first);
      const auto begin = Clock::now();
      whole = rally.play(0);
      seconds = std::chrono::duration<double>(Clock::now() - begin).count();
    };
    {
      const std::jthread other(second);
      const std::jthread one(first);
    }
    if (whole) least = std::min(least, seconds / kTurns);
  }
  if (least == std::numeric_limits<double>::infinity()) return std::nullopt;
  return least;
}

double line_transfer_seconds() {
  static const double seconds = [] {
    try {
      return measure_line_transfer().value_or(0);
    } catch (const std::system_error&) {  // no more threads: there is nothing to pass lines to
      return 0.0;
    }
  }();
  return seconds;
}

}  // namespace hogwild
