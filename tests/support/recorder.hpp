// An observer that keeps what it is told.
#pragma once

#include <cstddef>
#include <vector>

#include "hogwild/train/result.hpp"

namespace hogwild::test {

/// Keeps the reports, and asks the run to stop after some of them.
class Recorder : public TrainObserver {
 public:
  void on_epoch(const EpochReport& report) override { epochs.push_back(report); }
  bool stop_requested() override { return epochs.size() >= stop_after; }
  std::vector<EpochReport> epochs;
  std::size_t stop_after = 1'000'000;
};

}  // namespace hogwild::test
