// Observers that store the reports and checkpoints of a run.
#pragma once

#include <cstddef>
#include <vector>

#include "hogwild/train/checkpoint.hpp"
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

/// Asks for a checkpoint whenever it can.
class LastCheckpoint : public TrainObserver {
 public:
  bool checkpoint_due() override { return true; }
  void on_checkpoint(const Checkpoint& checkpoint) override { last = checkpoint; }
  Checkpoint last;
};

}  // namespace hogwild::test
