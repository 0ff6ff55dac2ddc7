// The ranks of a run, and the messages between them, over MPI.
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
#include <vector>

#include "distributed/packet.hpp"

namespace hogwild {

/// The kind of a message between ranks. It determines the recipient: World::deliver().
enum class Message {
  beat,     ///< "I am here"
  ping,     ///< asks for a pong
  pong,     ///< its answer
  tally,    ///< what a rank has learnt so far
  stop,     ///< an epoch is to end now
  begin,    ///< the first replica is warm, and the others may start
  fetch,    ///< to a server: asks for parameters
  values,   ///< its answer
  push,     ///< to a server: gradients, or differences
  settle,   ///< to a server: asks for `settled` when all earlier pushes have been applied
  settled,  ///< its answer
  tensor,   ///< from one device of a graph to another
  columns,  ///< the part of the sender's rows with the features that the receiver owns
};
inline constexpr std::size_t kMessageKinds = 13;
std::string_view name_of(Message message) noexcept;

/// Counts of messages and their bytes to and from other ranks. Messages to itself are not counted.
struct Traffic {
  struct Count {
    std::uint64_t messages = 0;
    std::uint64_t bytes = 0;
  };
  std::array<Count, kMessageKinds> sent{};
  std::array<Count, kMessageKinds> received{};
  Count gathered_sent{};  ///< by gather_all()
  Count gathered_received{};

  Count sent_in_all() const noexcept;
  Count received_in_all() const noexcept;
};

/// All ranks of a run. A process may construct only one World in its lifetime.
///
/// Invariants:
///  1. MPI is called only with mutex_ locked, and no call waits for another rank: sends are started
///     and then tested, and a message is received only after it has arrived.
///  2. Recipients are called with mutex_ locked, one message at a time; the messages of one sender
///     in the order in which they were sent. So data that only recipients access needs no other
///     lock.
///  3. poll() sends and receives messages. Threads that wait for a message call it, and a thread of
///     this class calls it regularly.
/// Thread safety: send() and poll() from any threads; gather_all() by one thread of each rank, all
/// ranks in the same order; the rest by one thread.
class World {
 public:
  /// Starts MPI. Throws Error if the MPI library does not support threads.
  World();
  /// Waits for the other ranks and ends MPI. While an exception is propagating it does neither; the
  /// caller must then call abort().
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
  /// Sets the recipient of all later messages of a kind. If it is empty, they are dropped.
  void deliver(Message message, Recipient recipient);

  /// Sends a message to any rank, including this one.
  void send(int to, Message message, Bytes bytes);

  /// Passes messages that have arrived to their recipients. Returns whether there were any.
  bool poll();

  /// Calls poll() until met() returns true.
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

  /// The time that all threads of this rank have spent in wait_until() so far.
  Clock::duration waited() const noexcept {
    return Clock::duration(waited_.load(std::memory_order_relaxed));
  }

  /// The bytes that each rank passes as `own`, [ranks]. The result is the same on all ranks.
  std::vector<Bytes> gather_all(const Bytes& own);

  /// The same of a value, [ranks].
  template <class Value>
  std::vector<Value> gather(const Value& own) {
    Bytes bytes;
    put(bytes, own);
    std::vector<Value> all;
    for (const Bytes& part : gather_all(bytes)) all.push_back(Unpacking(part).take<Value>());
    return all;
  }

  /// A barrier: returns when all ranks have called it.
  void barrier() { gather_all({}); }

  Traffic traffic() const;

  /// Calls lost(rank) on a thread of this class when no message has arrived from the rank before
  /// this one for the time `patience`.
  void watch(std::chrono::seconds patience, std::function<void(int rank)> lost);

  /// [ranks] mean time in seconds in which each rank answered a ping of the first rank, over the
  /// last complete period of a few seconds. For the first rank itself: the mean delay of its timer.
  /// Empty on the other ranks, and before the end of the first period.
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
  void dispatch(int from, Message message, std::span<const char> bytes);

  int rank_ = 0;
  int size_ = 1;
  std::vector<std::string> hosts_;  // [ranks]
  mutable std::recursive_mutex mutex_;
  std::unique_ptr<Mpi> mpi_;
  std::array<Recipient, kMessageKinds> recipients_;
  Traffic traffic_;
  Clock::time_point next_beat_{};
  Clock::time_point heard_{};  // when the last message of the rank before this one arrived
  Clock::duration patience_{};
  std::function<void(int)> lost_;
  std::vector<Response> responses_;     // [ranks] in the current period, on the first rank
  std::vector<double> response_times_;  // [ranks] in the period before
  Clock::time_point next_ping_{};
  Clock::time_point next_while_{};
  std::atomic<Clock::rep> waited_{0};
  std::atomic<bool> is_quiet_{false};  // no more beats and pings are sent
  std::atomic<bool> ending_{false};
  std::thread carrier_;
};

}  // namespace hogwild
