// Own cells or shared ones, by trying both.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace hogwild {

/// Whether it pays that workers learn in cells of their own (see WorkerViews), which depends on the
/// data and on how far apart the threads' cores are: found by learning blocks both ways, and again
/// now and then, since a system may move threads. On rows of evenly frequent features it does not
/// pay. Any thread may call any member; of two speeds noted at once, one may be lost.
class ViewTrial {
 public:
  /// How to learn a block.
  struct Turn {
    bool own;             ///< in the worker's own cells
    std::uint32_t block;  ///< counted from 0, over all workers
  };

  explicit ViewTrial(int workers)
      : workers_(static_cast<std::uint32_t>(workers)), phase_blocks_(workers_ + kCounted) {}

  /// All workers learn a phase the same way: the first to begin it chooses.
  Turn next(std::size_t rows) noexcept {
    const std::uint32_t block = begun_.fetch_add(1, std::memory_order_relaxed);
    if (block % phase_blocks_ == 0) {
      choice_.store(choice(block / phase_blocks_), std::memory_order_relaxed);
    }
    const bool own = choice_.load(std::memory_order_relaxed);
    rows_[own].fetch_add(rows, std::memory_order_relaxed);
    return {own, block};
  }

  /// How fast the block of a turn went, in whatever unit. It counts if all workers were learning
  /// the same way meanwhile: the first blocks of a phase begin beside the last of the one before,
  /// and in shared cells a worker is fast while the others are in their own.
  void note(Turn turn, double speed) noexcept {
    const std::uint32_t phase = turn.block / phase_blocks_;
    if (turn.block % phase_blocks_ < workers_) return;
    if (begun_.load(std::memory_order_relaxed) / phase_blocks_ != phase) return;
    std::atomic<double>& mean = speeds_[turn.own];
    const double before = mean.load(std::memory_order_relaxed);
    mean.store(before > 0 ? before + (speed - before) / 8 : speed, std::memory_order_relaxed);
  }

  bool pays() const noexcept {
    return speeds_[true].load(std::memory_order_relaxed) >
           speeds_[false].load(std::memory_order_relaxed);
  }

  /// Of the rows so far, the share that was learnt in own cells.
  double share_of_rows() const noexcept {
    const auto own = static_cast<double>(rows_[true].load(std::memory_order_relaxed));
    const auto shared = static_cast<double>(rows_[false].load(std::memory_order_relaxed));
    return own + shared > 0 ? own / (own + shared) : 0;
  }

 private:
  static constexpr std::uint32_t kCounted = 6;  // blocks of a phase
  // In shared cells, then in own ones: the first rows move all weights far, and workers that learnt
  // them apart would move them too far.
  static constexpr std::uint32_t kFirstPhases = 2;
  static constexpr std::uint32_t kCycle = 1024;  // phases, one of them the slower way

  // Speeds of the first phases may be those of a process that is still warming up, so the next
  // looks come soon: at phases 8, 16, 32, ...
  bool choice(std::uint32_t phase) const noexcept {
    if (phase < kFirstPhases) return phase == 1;
    const bool looks = phase % kCycle == 0 || (phase >= 8 && std::has_single_bit(phase));
    return pays() != looks;
  }

  std::uint32_t workers_;
  std::uint32_t phase_blocks_;
  std::atomic<std::uint32_t> begun_{0};  // blocks
  std::atomic<bool> choice_{false};      // of the phase
  std::array<std::atomic<std::uint64_t>, 2> rows_{};
  std::array<std::atomic<double>, 2> speeds_{};
};

}  // namespace hogwild
