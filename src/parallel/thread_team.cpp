#include "parallel/thread_team.hpp"

#include <cassert>
#include <cerrno>
#include <system_error>
#include <utility>

#include "parallel/cores.hpp"

namespace hogwild {

ThreadTeam::ThreadTeam(int workers, std::vector<int> cores)
    : faults_(static_cast<std::size_t>(workers)), cores_(std::move(cores)) {
  assert(workers > 0);
  try {
    for (int w = 0; w < workers; ++w) threads_.emplace_back([this, w] { work(w); });
    if (!cores_.empty()) pin();
  } catch (...) {
    close();  // those that were started wait for work, and the destructor will not run
    throw;
  }
}

ThreadTeam::~ThreadTeam() {
  close();
}

void ThreadTeam::pin() {
  run([this](int worker) {
    const int core = cores_[static_cast<std::size_t>(worker) % cores_.size()];
    if (!pin_this_thread(core)) {
      throw std::system_error(errno, std::generic_category(), "sched_setaffinity");
    }
  });
}

void ThreadTeam::close() noexcept {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  begin_.notify_all();
  threads_.clear();
}

void ThreadTeam::work(int worker) {
  std::unique_lock lock(mutex_);
  for (long done = 0;; ++done) {
    begin_.wait(lock, [&] { return closing_ || shift_ > done; });
    if (closing_) return;
    const auto& job = *job_;
    lock.unlock();
    std::exception_ptr fault;
    try {
      job(worker);
    } catch (...) {
      fault = std::current_exception();
    }
    lock.lock();
    faults_[static_cast<std::size_t>(worker)] = std::move(fault);
    if (--busy_ == 0) end_.notify_one();
  }
}

void ThreadTeam::run(const std::function<void(int)>& job, const std::function<void()>& meanwhile,
                     std::chrono::milliseconds every) {
  std::exception_ptr fault;
  std::unique_lock lock(mutex_);
  job_ = &job;
  busy_ = size();
  ++shift_;
  begin_.notify_all();
  while (!end_.wait_for(lock, every, [&] { return busy_ == 0; })) {
    if (!meanwhile || fault) continue;
    lock.unlock();
    try {
      meanwhile();
    } catch (...) {
      fault = std::current_exception();  // the workers still use job: wait for them first
    }
    lock.lock();
  }
  for (std::exception_ptr& thrown : faults_) {
    if (thrown && !fault) fault = thrown;
    thrown = nullptr;
  }
  lock.unlock();
  if (fault) std::rethrow_exception(fault);
}

}  // namespace hogwild
