#include "learn/parameter_writers.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include "hogwild/core/error.hpp"

namespace hogwild {
namespace {

// A place that has been silent for so long is given to another process, even if its own still
// runs: it holds no part of the model.
constexpr std::uint64_t kLongSilent = 60'000;   // milliseconds
constexpr std::uint64_t kSilentOnceGone = 200;  // the same of a process that isn't seen

// In ticks since the machine began; 0 if it isn't known, or there is no such process.
std::uint64_t start_of(std::uint64_t process) {
  std::ifstream file(fmt::format("/proc/{}/stat", process));
  std::string text;
  std::getline(file, text);
  // "number (name) state ...": the start is the 20th word behind the name, which may hold blanks.
  const auto name_end = text.rfind(") ");
  if (name_end == std::string::npos) return 0;
  std::istringstream words(text.substr(name_end + 2));
  std::string word;
  for (int k = 0; k < 20; ++k) words >> word;
  return std::strtoull(word.c_str(), nullptr, 10);
}

}  // namespace

std::uint64_t milliseconds_now() {
  return static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::milliseconds>(
                                        std::chrono::system_clock::now().time_since_epoch())
                                        .count());
}

bool is_running(WriterWords& words) {
  const std::uint64_t process = as_atomic(words.process).load(std::memory_order_relaxed);
  const std::uint64_t started = as_atomic(words.started).load(std::memory_order_relaxed);
  return process != 0 && started == start_of(process);
}

WriterWords* take_place(WriterWords* all, const std::string& path) {
  for (;;) {
    WriterWords* best = nullptr;
    std::uint64_t best_owner = 0, best_heard = 0;
    for (std::size_t k = 1; k <= kWriters; ++k) {
      WriterWords& words = all[k];
      const std::uint64_t owner = as_atomic(words.process).load(std::memory_order_relaxed);
      const std::uint64_t heard =
          owner == 0 ? 0 : as_atomic(words.heard).load(std::memory_order_relaxed);
      if (best != nullptr && heard >= best_heard) continue;
      const std::uint64_t now = milliseconds_now();
      const bool gone = now > heard + kSilentOnceGone && !is_running(words);
      if (owner != 0 && !gone && now <= heard + kLongSilent) continue;
      best = &words, best_owner = owner, best_heard = heard;
    }
    if (best == nullptr) {
      throw OptionError("parameters", fmt::format("{} processes already use {}, which is the limit",
                                                  kWriters, path));
    }
    // First, so that nobody takes it from this one before it has told when it began.
    as_atomic(best->heard).store(milliseconds_now(), std::memory_order_relaxed);
    if (!as_atomic(best->process)
             .compare_exchange_strong(best_owner, static_cast<std::uint64_t>(getpid()),
                                      std::memory_order_relaxed)) {
      continue;
    }
    as_atomic(best->started)
        .store(start_of(static_cast<std::uint64_t>(getpid())), std::memory_order_relaxed);
    as_atomic(best->rows).store(0, std::memory_order_relaxed);
    as_atomic(best->heard).store(milliseconds_now(), std::memory_order_relaxed);
    return best;
  }
}

void leave_place(WriterWords& words) noexcept {
  auto process = static_cast<std::uint64_t>(getpid());
  as_atomic(words.process).compare_exchange_strong(process, 0, std::memory_order_relaxed);
}

}  // namespace hogwild
