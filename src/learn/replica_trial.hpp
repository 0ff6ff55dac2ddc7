// Hot replicas or none, by trying both.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>

namespace hogwild {

/// Whether replicas pay, which depends on the data and on how far apart the threads' cores are:
/// measured by learning blocks both ways, and again now and then, since a machine may move threads.
/// On click rows (2 threads on 2 virtual cores, 12 runs of two epochs each, in turn) runs without
/// replicas took 0.38 to 0.41 s nine times and 0.67 to 0.94 s three times, when shared lines seem
/// to have come from afar; with this choice 0.39 to 0.40 s and twice 0.58 to 0.64 s. One thread
/// takes 0.61 to 0.63 s. Any thread may call any member; that two speeds noted at once may be one
/// is no harm.
class ReplicaTrial {
 public:
  explicit ReplicaTrial(int workers) : phase_blocks_(2 * static_cast<std::uint32_t>(workers)) {}

  /// Whether to learn the next block with replicas.
  bool next() noexcept {
    const std::uint32_t phase = begun_.fetch_add(1, std::memory_order_relaxed) / phase_blocks_;
    if (phase < kFirstPhases) return phase % 2 == 1;
    return pays() != (phase % kCycle == 0);
  }

  /// How fast a block went, in whatever unit.
  void note(bool with_replicas, double speed) noexcept {
    std::atomic<double>& mean = speeds_[with_replicas];
    const double before = mean.load(std::memory_order_relaxed);
    mean.store(before > 0 ? before + (speed - before) / 8 : speed, std::memory_order_relaxed);
  }

  bool pays() const noexcept {
    return speeds_[true].load(std::memory_order_relaxed) >
           speeds_[false].load(std::memory_order_relaxed);
  }

 private:
  static constexpr std::uint32_t kFirstPhases = 4;  // without, with, without, with
  static constexpr std::uint32_t kCycle = 512;      // phases, one of them the slower way

  std::uint32_t phase_blocks_;
  std::atomic<std::uint32_t> begun_{0};  // blocks
  std::array<std::atomic<double>, 2> speeds_{};
};

}  // namespace hogwild
