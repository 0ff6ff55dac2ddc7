// Hot replicas or none, by trying both.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace hogwild {

/// Whether replicas pay, which depends on the data and on how far apart the threads' cores are:
/// measured by learning blocks both ways, and again now and then, since a machine may move threads.
/// On ranked click rows (2 threads on 2 virtual cores, million non-zeros a second) 350 without and
/// 800 with replicas at most times, and 95 and 620 when shared lines seem to come from afar; one
/// thread 460. On rows of evenly frequent features they do not pay. Any thread may call any member;
/// that two speeds noted at once may be one is no harm.
class ReplicaTrial {
 public:
  /// How to learn a block.
  struct Turn {
    bool replicas;
    std::uint32_t block;  ///< counted from 0, over all workers
  };

  explicit ReplicaTrial(int workers)
      : workers_(static_cast<std::uint32_t>(workers)), phase_blocks_(8 * workers_) {}

  /// All workers learn a phase the same way: the first to begin it chooses.
  Turn next() noexcept {
    const std::uint32_t block = begun_.fetch_add(1, std::memory_order_relaxed);
    if (block % phase_blocks_ == 0) {
      const std::uint32_t phase = block / phase_blocks_;
      const bool choice = phase < kFirstPhases ? phase % 2 == 1 : pays() != (phase % kCycle == 0);
      choice_.store(choice, std::memory_order_relaxed);
    }
    return {choice_.load(std::memory_order_relaxed), block};
  }

  /// How fast the block of a turn went, in whatever unit. It counts if all workers were learning
  /// the same way meanwhile: the first blocks of a phase begin beside the last of the one before,
  /// and without replicas a worker is fast while the others have theirs.
  void note(Turn turn, double speed) noexcept {
    const std::uint32_t phase = turn.block / phase_blocks_;
    if (turn.block % phase_blocks_ < workers_) return;
    if (begun_.load(std::memory_order_relaxed) / phase_blocks_ != phase) return;
    std::atomic<double>& mean = speeds_[turn.replicas];
    const double before = mean.load(std::memory_order_relaxed);
    mean.store(before > 0 ? before + (speed - before) / 8 : speed, std::memory_order_relaxed);
  }

  bool pays() const noexcept {
    return speeds_[true].load(std::memory_order_relaxed) >
           speeds_[false].load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t kFirstPhases = 2;  // without, then with
  static constexpr std::uint32_t kCycle = 1024;     // phases, one of them the slower way

  std::uint32_t workers_;
  std::uint32_t phase_blocks_;
  std::atomic<std::uint32_t> begun_{0};  // blocks
  std::atomic<bool> choice_{false};      // of the phase
  std::array<std::atomic<double>, 2> speeds_{};
};

}  // namespace hogwild
