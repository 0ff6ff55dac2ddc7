// Events in the order of a virtual time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <queue>
#include <utility>

namespace hogwild::lab {

/// What is to happen when. Of events at one time those that were planned first come first.
class VirtualClock {
 public:
  double now() const noexcept { return now_; }

  /// REQUIRES: time >= now().
  void at(double time, std::function<void()> event) {
    events_.push({time, planned_++, std::move(event)});
  }

  /// Lets everything happen that is planned up to a time, also what is planned meanwhile; then it
  /// is that time.
  void run_to(double time) {
    while (!events_.empty() && events_.top().time <= time) run_next();
    now_ = std::max(now_, time);
  }

  /// Lets everything happen.
  void run_out() {
    while (!events_.empty()) run_next();
  }

  /// Lets the next event happen. REQUIRES: there is one.
  void run_next() {
    // The queue lets nobody move from its top; what is left of it is popped at once.
    Event next = std::move(const_cast<Event&>(events_.top()));
    events_.pop();
    now_ = std::max(now_, next.time);
    next.event();
  }

 private:
  struct Event {
    double time;
    std::uint64_t number;
    std::function<void()> event;

    bool operator<(const Event& other) const noexcept {  // the queue's top is its greatest
      return time != other.time ? time > other.time : number > other.number;
    }
  };

  double now_ = 0;
  std::uint64_t planned_ = 0;
  std::priority_queue<Event> events_;
};

}  // namespace hogwild::lab
