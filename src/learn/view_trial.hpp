// Chooses between own cells and shared cells by timing both.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace hogwild {

/// Decides whether workers learn faster in cells of their own (see WorkerViews). This depends on
/// the data and on the distance between the threads' cores. So blocks are learnt and timed both
/// ways, again from time to time, since the system may move threads. If all features are about
/// equally frequent, own cells do not pay. Thread safety: any thread may call any member; if two
/// threads note a speed at the same time, one of the two may be lost.
class ViewTrial {
 public:
  /// How to learn a block.
  struct Turn {
    bool own;             ///< in the worker's own cells
    std::uint32_t block;  ///< counted from 0, over all workers
  };

  explicit ViewTrial(int workers)
      : workers_(static_cast<std::uint32_t>(workers)), phase_blocks_(workers_ + kCounted) {}

  /// How to learn the next block. All blocks of a phase are learnt the same way, which the worker
  /// that begins the phase chooses.
  Turn next(std::size_t rows) noexcept {
    const std::uint32_t block = begun_.fetch_add(1, std::memory_order_relaxed);
    if (block % phase_blocks_ == 0) {
      choice_.store(choice(block / phase_blocks_), std::memory_order_relaxed);
    }
    const bool own = choice_.load(std::memory_order_relaxed);
    rows_[own].fetch_add(rows, std::memory_order_relaxed);
    return {own, block};
  }

  /// Notes the speed of the block of a turn, in any unit. It counts only if all workers learnt the
  /// same way meanwhile: the first blocks of a phase overlap the last blocks of the phase before,
  /// and a worker in shared cells is fast while the others use own cells.
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
  static constexpr std::uint32_t kCounted = 6;  // blocks of a phase whose speeds count
  // The first phase uses shared cells, the second own cells: the first rows move all weights far,
  // and workers that learnt these rows in own cells would together move the weights too far.
  static constexpr std::uint32_t kFirstPhases = 2;
  static constexpr std::uint32_t kCycle = 1024;  // phases; one of them uses the slower way

  // The process may still be warming up during the first phases, so their speeds may be wrong. The
  // slower way is tried again soon: at phases 8, 16, 32, ...
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
