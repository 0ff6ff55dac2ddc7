// Ctrl-C.
#pragma once

#include <csignal>
#include <iterator>

namespace hogwild::cli {

/// While one lives, the first SIGINT or SIGTERM only asks to end; a second one ends the program. A
/// signal that was ignored stays so, as under nohup.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

 private:
  static constexpr int kSignals[] = {SIGINT, SIGTERM};
  struct sigaction before_[std::size(kSignals)] = {};
};

/// Whether such a signal has come.
bool interrupted() noexcept;

}  // namespace hogwild::cli
