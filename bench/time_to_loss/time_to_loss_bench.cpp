// How long does it take to learn as much? Seconds of training until the log loss on rows not learnt
// is within 0.5 % of a reference, the best of a long run on one thread, for each strategy at the
// rate that was found for that run. Losses are taken after each epoch, outside the seconds.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "hogwild/hogwild.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;

constexpr int kEpochs = 20;
constexpr double kNear = 1.005;

// Stops a run after the first epoch that is good enough.
class Finish : public TrainObserver {
 public:
  explicit Finish(double loss) : loss_(loss) {}
  void on_epoch(const EpochReport& report) override {
    if (!reached_ && *report.valid_loss <= loss_) reached_ = report;
  }
  bool stop_requested() override { return reached_.has_value(); }
  const std::optional<EpochReport>& reached() const noexcept { return reached_; }

 private:
  double loss_;
  std::optional<EpochReport> reached_;
};

struct Race {
  Race(GeneratedKind kind, Offset rows)
      : data(bench::generated_rows(kind, rows)), test(bench::generated_rows(kind, rows / 5, 2)) {
    const TrainResult longest =
        train(data, {.find_epsilon = false, .epochs = kEpochs, .validation = test, .threads = 1});
    rate = longest.learning_rate;
    for (const EpochReport& epoch : longest.epochs) best = std::min(best, *epoch.valid_loss);
  }
  Dataset data, test;
  float rate = 0;
  double best = std::numeric_limits<double>::infinity();
};

void until_near(benchmark::State& state, const Race& race, Strategy strategy) {
  const TrainOptions options{.learning_rate = race.rate,
                             .epochs = 2 * kEpochs,
                             .validation = race.test,
                             .threads = static_cast<int>(state.range(0)),
                             .strategy = strategy};
  for (auto _ : state) {
    Finish finish(kNear * race.best);
    const TrainResult result = train(race.data, options, finish);
    if (!finish.reached()) {
      state.SkipWithError("not within 0.5 % in twice the epochs of the reference");
      break;
    }
    state.SetIterationTime(finish.reached()->seconds);
    state.counters["epochs"] = finish.reached()->epoch;
    state.counters["test_loss"] = *finish.reached()->valid_loss;
    state.counters["threads_seen"] = result.threads_seen;
  }
  state.counters["reference"] = race.best;
  state.counters["rate"] = static_cast<double>(race.rate);
}

void add_all(const std::string& rows, const Race& race) {
  const auto add = [&](const char* name, Strategy strategy) {
    benchmark::RegisterBenchmark(
        (name + ("/" + rows)).c_str(),
        [&race, strategy](benchmark::State& state) { until_near(state, race, strategy); })
        ->Arg(1)
        ->Arg(2)
        ->ArgName("threads")
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  };
  add("hogwild", Strategy::hogwild);
  add("atomic", Strategy::atomic);
  add("locked", Strategy::locked);
  add("deterministic", Strategy::deterministic);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const Race click(GeneratedKind::click, 200'000), text(GeneratedKind::text, 50'000);
  add_all("click", click);
  add_all("text", text);
  benchmark::RunSpecifiedBenchmarks();
}
