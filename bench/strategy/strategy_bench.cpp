// How should threads share the weights? One epoch of adagrad on click rows in memory, for each
// strategy and home of the state. Beside the speed stands the loss reached on rows not learnt.
#include <benchmark/benchmark.h>

#include "hogwild/hogwild.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;

struct Sharing {
  const char* name;
  Strategy strategy;
  StateHome state;
  bool hot_replicas = false;
};
constexpr Sharing kSharings[] = {
    {"hogwild/shared", Strategy::hogwild, StateHome::shared},
    {"hogwild/hot_replicas", Strategy::hogwild, StateHome::shared, true},
    {"hogwild/per_thread", Strategy::hogwild, StateHome::per_thread},
    {"atomic/shared", Strategy::atomic, StateHome::shared},
    {"atomic/per_thread", Strategy::atomic, StateHome::per_thread},
    {"locked/shared", Strategy::locked, StateHome::shared},
    {"locked/per_thread", Strategy::locked, StateHome::per_thread},
    {"deterministic", Strategy::deterministic, StateHome::shared}};

void epoch(benchmark::State& state, const Sharing& sharing, const Dataset& data,
           const Dataset& test) {
  const TrainOptions options{.learning_rate = 0.1f,
                             .threads = static_cast<int>(state.range(0)),
                             .strategy = sharing.strategy,
                             .state = sharing.state,
                             .hot_replicas = sharing.hot_replicas};
  double loss = 0, seconds = 0;
  int threads_seen = 0;
  for (auto _ : state) {
    const TrainResult result = train(data, options);
    state.SetIterationTime(result.seconds);
    seconds += result.seconds;
    threads_seen = result.threads_seen;
    state.PauseTiming();
    loss = mean_loss(result.model, test);
    state.ResumeTiming();
  }
  const auto nonzeros =
      static_cast<double>(data.nonzeros()) * static_cast<double>(state.iterations());
  state.counters["Mnnz/s"] = nonzeros / seconds / 1e6;
  state.counters["test_loss"] = loss;
  state.counters["threads_seen"] = threads_seen;
}

}  // namespace

int main(int argc, char** argv) {
  const Dataset data = bench::generated_rows(GeneratedKind::click, 1'000'000);
  const Dataset test = bench::generated_rows(GeneratedKind::click, 100'000, 2);
  for (const Sharing& sharing : kSharings) {
    benchmark::RegisterBenchmark(
        sharing.name, [&](benchmark::State& state) { epoch(state, sharing, data, test); })
        ->Arg(1)
        ->Arg(2)
        ->Arg(4)
        ->ArgName("threads")
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
