// Which core holds which line of memory, and what waiting for another's line costs.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "hogwild/lab/simulate.hpp"

namespace hogwild::lab {

/// The caches of cores that share an array, one worker a core, as caches are that keep coherent by
/// invalidation (Papamarcos and Patel, ISCA 1984): any number of cores may hold a line to read it,
/// but one alone to write it. A core that reads what another has written waits for that one's copy,
/// for kAtOnce of them at once. A store waits until the other copies are given up, and for the
/// stores before it, since x86 lets stores be seen in their order; the core goes on meanwhile. To
/// pass a line on takes a store and a read: SimulatedCosts::line_transfer, of which the store is
/// kStore.
///
/// Times are seconds, of accesses that come in order of time, each a begin() and any reads and
/// writes.
class CacheLines {
 public:
  static constexpr std::size_t kAtOnce = 12;  ///< misses that a core waits for at once
  static constexpr double kStore = 0.25;      ///< fitted to click rows on two cores of an AMD EPYC;
                                              ///< see bench/README.md for how well it predicts

  CacheLines(const SimulatedCosts& costs, int workers, std::size_t lines)
      : near_(costs.line_transfer),
        far_(costs.far_line_transfer),
        in_socket_((workers + costs.sockets - 1) / costs.sockets),
        stored_(static_cast<std::size_t>(workers)),
        lines_(near_ > 0 || far_ > 0 ? lines : 0) {}

  void begin(int worker, double time) noexcept {
    worker_ = worker;
    arrived_.fill(time);
    next_ = 0;
    latest_ = time;
  }

  void read(std::size_t at) {
    if (lines_.empty()) return;
    Line& line = lines_[at];
    if (std::ranges::find(line.holders, worker_) != line.holders.end()) return;
    if (line.written) wait(line.free, (1 - kStore) * transfer(line.holders.front()));
    line.written = false;
    line.holders.push_back(worker_);
  }

  /// A read, and a store.
  void write(std::size_t at) {
    if (lines_.empty()) return;
    read(at);
    Line& line = lines_[at];
    double longest = 0;
    for (const int holder : line.holders) {
      if (holder != worker_) longest = std::max(longest, transfer(holder));
    }
    if (longest > 0) {
      double& stored = stored_[static_cast<std::size_t>(worker_)];
      line.free = stored = std::max({stored, latest_, line.free}) + kStore * longest;
    }
    line.written = true;
    line.holders.assign(1, worker_);
  }

  /// When all that the access reads has come.
  double end() const noexcept { return latest_; }
  /// When a worker's last store is done.
  double stored(int worker) const noexcept { return stored_[static_cast<std::size_t>(worker)]; }

 private:
  struct Line {
    double free = 0;             // when the last store to it is done
    bool written = false;        // its one holder has changed it
    std::vector<int> holders{};  // workers
  };

  double transfer(int other) const noexcept {
    return worker_ / in_socket_ == other / in_socket_ ? near_ : far_;
  }
  // Waits beside kAtOnce - 1 other lines for one that can't come before some time.
  void wait(double from, double seconds) noexcept {
    double& slot = arrived_[next_++ % kAtOnce];
    slot = std::max(slot, from) + seconds;
    latest_ = std::max(latest_, slot);
  }

  double near_, far_;
  int in_socket_;               // workers in a socket
  std::vector<double> stored_;  // [workers]
  std::vector<Line> lines_;
  int worker_ = 0;  // whose access it is
  std::array<double, kAtOnce> arrived_{};
  std::size_t next_ = 0;
  double latest_ = 0;
};

}  // namespace hogwild::lab
