#include "cli/interrupt.hpp"

#include <atomic>

namespace hogwild::cli {
namespace {

std::atomic<bool> signalled{false};
static_assert(std::atomic<bool>::is_always_lock_free);

}  // namespace

InterruptGuard::InterruptGuard() {
  for (std::size_t k = 0; k < std::size(kSignals); ++k) {
    sigaction(kSignals[k], nullptr, &before_[k]);
    if (before_[k].sa_handler == SIG_IGN) continue;
    struct sigaction action {};
    action.sa_handler = [](int) { signalled.store(true, std::memory_order_relaxed); };
    action.sa_flags = static_cast<int>(SA_RESETHAND);
    sigaction(kSignals[k], &action, nullptr);
  }
}

InterruptGuard::~InterruptGuard() {
  for (std::size_t k = 0; k < std::size(kSignals); ++k) {
    sigaction(kSignals[k], &before_[k], nullptr);
  }
}

bool interrupted() noexcept {
  return signalled.load(std::memory_order_relaxed);
}

}  // namespace hogwild::cli
