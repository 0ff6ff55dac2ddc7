// Exactly N workers. oneTBB promises at most N, which is right for short tasks; a lock-free run is
// N loops that must all be there at once.
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
class Crew {
 public:
  /// cores: worker w is kept to core cores[w % size]; none: the system moves workers as it likes.
  /// Throws std::system_error if the system gives fewer threads, or refuses a core. REQUIRES:
  /// workers > 0.
  explicit Crew(int workers, std::vector<int> cores = {});
  ~Crew();
  Crew(const Crew&) = delete;
  Crew& operator=(const Crew&) = delete;

  int size() const noexcept { return static_cast<int>(threads_.size()); }

  /// Calls job(w) once on each worker w in 0 .. size() - 1, all at the same time, and returns when
  /// all are done. Meanwhile the caller's thread calls meanwhile() every so often. If workers
  /// throw, the exception of the first of them is thrown here, when all are done. What the workers
  /// wrote is seen by the caller after the return.
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
