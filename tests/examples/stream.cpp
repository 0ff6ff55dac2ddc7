// Trains on text that may be larger than memory, prints the progress, stops after a time limit, and
// saves the model.
//   stream TRAIN MODEL [SECONDS]
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "hogwild/hogwild.hpp"

namespace {

using Clock = std::chrono::steady_clock;

class Observer : public hogwild::FileObserver {
 public:
  explicit Observer(double seconds) : end_(Clock::now() + std::chrono::duration<double>(seconds)) {}
  void on_note(const std::string& line) override { std::printf("%s\n", line.c_str()); }
  void on_progress(const hogwild::Progress& progress) override {
    std::printf("%llu rows, loss %.4f\n", static_cast<unsigned long long>(progress.rows_done),
                progress.train_loss);
  }
  bool stop_requested() override { return Clock::now() >= end_; }

 private:
  std::chrono::time_point<Clock, std::chrono::duration<double>> end_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: stream TRAIN MODEL [SECONDS]\n");
    return 2;
  }
  try {
    Observer observer(argc > 3 ? std::atof(argv[3]) : 3600);
    // Names are hashed, so the memory does not depend on the text.
    const hogwild::FileOptions files{.read = {.hash_bits = 20, .memory_limit = 64u << 20}};
    const hogwild::TrainResult result =
        hogwild::train_files({argv[1]}, files, {.update_rule = hogwild::Adagrad{}}, observer);
    save(result.model, argv[2]);
    std::printf("%s after %.1f s\n",
                result.reason == hogwild::StopReason::interrupted ? "stopped" : "finished",
                result.seconds);
  } catch (const hogwild::Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
  return 0;
}
