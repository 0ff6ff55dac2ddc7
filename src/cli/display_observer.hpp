// Shows how a run goes, and ends it on Ctrl-C.
#pragma once

#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "hogwild/train/result.hpp"

namespace hogwild::cli {

class DisplayObserver : public TrainObserver {
 public:
  explicit DisplayObserver(ProgressDisplay& display) : display_(display) {}
  void on_progress(const Progress& progress) override { display_.training(progress); }
  void on_epoch(const EpochReport& report) override { display_.note_epoch(report); }
  bool stop_requested() override { return interrupted(); }

 private:
  ProgressDisplay& display_;
};

}  // namespace hogwild::cli
