// How long does it take from text to a model? One epoch of adagrad, with everything a user waits
// for: reading, the search for a rate, learning. Rows held and learnt, or learnt as they are read.
// Beside the time stands the loss reached on rows not learnt.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <string>

#include "hogwild/hogwild.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;

TrainResult held(const std::string& path, const TrainOptions& options) {
  return train(read({path}, {.threads = options.threads}), options);
}

TrainResult streamed(const std::string& path, const TrainOptions& options) {
  RowStream stream({path}, {.threads = options.threads});
  TrainObserver silent;
  return train(stream, options, silent);
}

void from_text(benchmark::State& state,
               TrainResult (*learn)(const std::string&, const TrainOptions&),
               const std::string& path, const std::string& test_path) {
  double loss = 0;
  for (auto _ : state) {
    const TrainResult result = learn(path, {.threads = static_cast<int>(state.range(0))});
    state.PauseTiming();
    loss = mean_loss(result.model, read({test_path}, {.features = result.model.features()}));
    state.ResumeTiming();
  }
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  state.SetBytesProcessed(state.iterations() * bytes);
  state.counters["test_loss"] = loss;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const bench::GeneratedFile click(GeneratedKind::click, 1'000'000);
  const bench::GeneratedFile click_test(GeneratedKind::click, 100'000, 2);
  const bench::GeneratedFile text(GeneratedKind::text, 300'000);
  const bench::GeneratedFile text_test(GeneratedKind::text, 50'000, 2);
  const auto add = [](const char* name, auto learn, const auto& data, const auto& test) {
    benchmark::RegisterBenchmark(
        name, [learn, path = data.path(), test_path = test.path()](
                  benchmark::State& state) { from_text(state, learn, path, test_path); })
        ->Arg(1)
        ->Arg(2)
        ->Arg(4)
        ->ArgName("threads")
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  add("held/click", held, click, click_test);
  add("streamed/click", streamed, click, click_test);
  add("held/text", held, text, text_test);
  add("streamed/text", streamed, text, text_test);
  benchmark::RunSpecifiedBenchmarks();
}
