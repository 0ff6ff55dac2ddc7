// Shows how a run goes, and ends it on Ctrl-C.
#pragma once

#include "cli/interrupt.hpp"
#include "cli/progress.hpp"
#include "hogwild/train/files.hpp"

namespace hogwild::cli {

class DisplayObserver : public FileObserver {
 public:
  explicit DisplayObserver(ProgressDisplay& display) : display_(display) {}
  void on_reading(std::uint64_t bytes, std::uint64_t total) override {
    display_.reading(bytes, total);
  }
  void on_note(const std::string& line) override { display_.say(line); }
  void on_progress(const Progress& progress) override { display_.training(progress); }
  void on_epoch(const EpochReport& report) override { display_.note_epoch(report); }
  bool stop_requested() override { return interrupted(); }

 private:
  ProgressDisplay& display_;
};

}  // namespace hogwild::cli
