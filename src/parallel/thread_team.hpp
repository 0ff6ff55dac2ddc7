// Exactly N threads. oneTBB guarantees at most N, which is right for short tasks; a lock-free run
// has N loops that must all run at the same time.
#pragma once

#include <chrono>
#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace hogwild {

/// N threads that wait for work. run() from one thread at a time.
///
/// Invariants, all under mutex_:
///  1. shift_ counts the runs begun; each worker takes part in each shift exactly once.
///  2. busy_ is the number of workers that have not finished the current shift.
///  3. job_ is valid while busy_ > 0.
///  4. faults_[w] is written by worker w alone, and read by run() when busy_ is 0.
class ThreadTeam {
 public:
  /// cores: worker w is pinned to core cores[w % cores.size()]; if empty, workers are not pinned.
  /// Throws std::system_error if the system can't start a thread or pin it. REQUIRES: workers > 0.
  explicit ThreadTeam(int workers, std::vector<int> cores = {});
  ~ThreadTeam();
  ThreadTeam(const ThreadTeam&) = delete;
  ThreadTeam& operator=(const ThreadTeam&) = delete;

  int size() const noexcept { return static_cast<int>(threads_.size()); }

  /// Calls job(w) once on each worker w in 0 .. size() - 1, all at the same time, and returns when
  /// all are done. While it waits, the caller's thread calls meanwhile() once per `every`. If
  /// workers throw, run() throws the exception of the worker with the lowest number after all are
  /// done, or that of meanwhile() if it threw. After run() the caller sees what the workers wrote.
  void run(const std::function<void(int)>& job, const std::function<void()>& meanwhile = {},
           std::chrono::milliseconds every = std::chrono::milliseconds(50));

 private:
  void work(int worker);
  void pin();
  void close() noexcept;

  std::mutex mutex_;
  std::condition_variable begin_;
  std::condition_variable end_;
  const std::function<void(int)>* job_ = nullptr;
  long shift_ = 0;
  int busy_ = 0;
  bool closing_ = false;
  std::vector<std::exception_ptr> faults_;
  const std::vector<int> cores_;
  std::vector<std::jthread> threads_;  // last: they use all of the above
};

}  // namespace hogwild
