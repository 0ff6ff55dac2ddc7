// How long does it take from text to a model? One epoch of adagrad, with everything a user waits
// for: reading, the search for a rate, learning. Rows held and learnt, or learnt as they are read,
// by the library in a process that is warm; and the command, a process each time, which chooses
// between the two and saves the model. Beside the time stands the loss reached on rows not learnt.
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>

#include "hogwild/hogwild.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;

Model held(const std::string& path, int threads) {
  return train(read({path}, {.threads = threads}), {.threads = threads}).model;
}

Model streamed(const std::string& path, int threads) {
  RowStream stream({path}, {.threads = threads});
  TrainObserver silent;
  return train(stream, {.threads = threads}, silent).model;
}

Model command(const std::string& path, int threads) {
  const std::string model = path + ".model";
  const std::string line = HOGWILD_PROGRAM " train '" + path + "' -o '" + model +
                           "' --progress none --threads " + std::to_string(threads) +
                           " >/dev/null 2>&1";
  if (std::system(line.c_str()) != 0) throw std::runtime_error("this failed: " + line);
  Model loaded = load(model);
  std::filesystem::remove(model);
  return loaded;
}

void from_text(benchmark::State& state, Model (*learn)(const std::string&, int),
               const std::string& path, const std::string& test_path) {
  double loss = 0;
  int workers = 0;
  for (auto _ : state) {
    const Model model = learn(path, static_cast<int>(state.range(0)));
    state.PauseTiming();
    loss = mean_loss(model, read({test_path}, {.features = model.features()}));
    workers = model.provenance().threads;
    state.ResumeTiming();
  }
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  state.SetBytesProcessed(state.iterations() * bytes);
  state.counters["test_loss"] = loss;
  state.counters["workers"] = workers;
}

void add_all(const std::string& rows, const std::string& path, const std::string& test_path) {
  const auto add = [&](const char* contender, auto learn) {
    benchmark::RegisterBenchmark(
        (contender + ("/" + rows)).c_str(),
        [=](benchmark::State& state) { from_text(state, learn, path, test_path); })
        ->Arg(1)
        ->Arg(2)
        ->Arg(4)
        ->ArgName("threads")
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  add("held", held);
  add("streamed", streamed);
  add("command", command);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const bench::GeneratedFile click(GeneratedKind::click, 1'000'000);
  const bench::GeneratedFile click_test(GeneratedKind::click, 100'000, 2);
  const bench::GeneratedFile text(GeneratedKind::text, 300'000);
  const bench::GeneratedFile text_test(GeneratedKind::text, 50'000, 2);
  const bench::GeneratedFile dense(GeneratedKind::dense, 200'000);
  const bench::GeneratedFile dense_test(GeneratedKind::dense, 50'000, 2);
  add_all("click", click.path(), click_test.path());
  add_all("text", text.path(), text_test.path());
  add_all("dense", dense.path(), dense_test.path());
  benchmark::RunSpecifiedBenchmarks();
}
