// The ranks of a run, and what passes between them, over MPI.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "distributed/packet.hpp"

namespace hogwild {

/// What a letter is about. A letter's kind says who takes it: see World::deliver().
enum class Letter {
  beat,     ///< "I am here"
  ping,     ///< asks for a pong
  pong,     ///< its answer
  tally,    ///< what a rank has learnt so far
  stop,     ///< an epoch is to end now
  begin,    ///< the first replica is warm, and the others may start
  fetch,    ///< to a server: asks for parameters
  values,   ///< its answer
  push,     ///< to a server: gradients, or differences
  settle,   ///< to a server: asks for a word when all that was sent before has been applied
  settled,  ///< its answer
  tensor,   ///< from one device of a graph to another
  columns,  ///< of rows: the features that the receiver has
};
inline constexpr std::size_t kLetters = 13;
std::string_view name_of(Letter letter) noexcept;

/// Letters and their bytes to and from other ranks; what a rank tells itself is not counted.
struct Traffic {
  struct Count {
    std::uint64_t letters = 0;
    std::uint64_t bytes = 0;
  };
  std::array<Count, kLetters> sent{};
  std::array<Count, kLetters> received{};
  Count gathered_sent{};  ///< by gather_all()
  Count gathered_received{};

  Count sent_in_all() const noexcept;
  Count received_in_all() const noexcept;
};

/// All ranks. One lives at a time, and none after it.
///
/// Invariants:
///  1. MPI is called under mutex_ alone, and by no call that waits for another rank's thread to be
///     there: sends begin and are tested, letters are received once they have come.
///  2. Recipients are called under mutex_, one letter at a time, those of one sender in the order
///     they were sent in. So what only recipients touch needs no other lock.
///  3. Letters are carried by whoever calls poll(): those who wait for one, and else, every so
///     often, a thread of this class's own.
/// Thread safety: send() and poll() from any threads; gather_all() by one thread of each rank, all
/// ranks in the same order; the rest by one thread.
class World {
 public:
  /// Starts MPI. Throws Error if it can't serve threads.
  World();
  /// Waits for the others and ends MPI. While an exception is under way it does neither: then the
  /// caller has to abort().
  ~World();
  World(const World&) = delete;
  World& operator=(const World&) = delete;

  int rank() const noexcept { return rank_; }
  int size() const noexcept { return size_; }
  bool is_first() const noexcept { return rank_ == 0; }
  const std::string& host(int rank) const { return hosts_[static_cast<std::size_t>(rank)]; }
  int ranks_on_this_host() const noexcept;
  /// "rank 2 on node7"
  std::string name(int rank) const;

  using Recipient = std::function<void(int from, std::span<const char> bytes)>;
  /// Who takes letters of a kind from now on; nobody: they are dropped.
  void deliver(Letter letter, Recipient recipient);

  /// To any rank, itself included.
  void send(int to, Letter letter, Bytes bytes);

  /// Carries what has come; whether there was anything.
  bool poll();

  /// poll() until that is so.
  template <class Condition>
  void wait_until(const Condition& met) {
    if (met()) return;
    const auto begin = Clock::now();
    for (int idle = 0; !met();) {
      idle = poll() ? 0 : idle + 1;
      pause(idle);
    }
    waited_.fetch_add((Clock::now() - begin).count(), std::memory_order_relaxed);
  }

  using Clock = std::chrono::steady_clock;

  /// By all threads of this rank so far.
  Clock::duration waited() const noexcept {
    return Clock::duration(waited_.load(std::memory_order_relaxed));
  }

  /// What each rank gives, by rank: the same for all.
  std::vector<Bytes> gather_all(const Bytes& own);

  /// Until here nobody comes before all have.
  void meet() { gather_all({}); }

  Traffic traffic() const;

  /// Calls lost(rank) on a thread of this class's own when the rank before this one has not been
  /// heard of for so long.
  void watch(std::chrono::seconds patience, std::function<void(int rank)> lost);

  /// Seconds until a rank answers the first one, [ranks], the mean of some seconds that are over;
  /// of the first rank itself, how late it comes to what it does at set times. Empty on the other
  /// ranks, and until it is known.
  std::vector<double> response_times() const;

  /// Ends all ranks. Does not return.
  [[noreturn]] void abort(int status) noexcept;

 private:
  struct Mpi;  // keeps the header free of MPI

  struct Response {
    Clock::time_point asked{};
    bool outstanding = false;
    Clock::duration sum{};
    int count = 0;

    void add(Clock::duration time) {
      sum += time;
      ++count;
    }
  };

  static void pause(int idle);
  void carry();  // the thread's loop
  void beat();
  void ping();
  void dispatch(int from, Letter letter, std::span<const char> bytes);

  int rank_ = 0;
  int size_ = 1;
  std::vector<std::string> hosts_;  // [ranks]
  mutable std::recursive_mutex mutex_;
  std::unique_ptr<Mpi> mpi_;
  std::array<Recipient, kLetters> recipients_;
  Traffic traffic_;
  Clock::time_point next_beat_{};
  Clock::time_point heard_{};  // of the rank before
  Clock::duration patience_{};
  std::function<void(int)> lost_;
  std::vector<Response> responses_;     // [ranks] in this while, on the first rank
  std::vector<double> response_times_;  // [ranks] in the while before
  Clock::time_point next_ping_{};
  Clock::time_point next_while_{};
  std::atomic<Clock::rep> waited_{0};
  std::atomic<bool> is_quiet_{false};  // nobody is asked or told any more of who is there
  std::atomic<bool> ending_{false};
  std::thread carrier_;
};

}  // namespace hogwild
