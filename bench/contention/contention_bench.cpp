// How much do threads lose where rows share their features? One epoch of adagrad, racy, on rows of
// 40 features drawn by Zipf's law, from uniform to very unequally frequent; with and without
// weights of each thread's own for the most frequent features. Beside the speed stands the loss
// reached on rows not learnt.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "hogwild/hogwild.hpp"

namespace {

using namespace hogwild;

constexpr Index kFeatures = 1 << 18;
constexpr Index kNonzeros = 40;

// A rank in [0, kFeatures) whose probability falls as (rank + 1)^-s, by inverting the integral of
// x^-s.
Index zipf(double uniform, double s) {
  constexpr double kCount = kFeatures;
  const double x = s == 1 ? std::pow(kCount, uniform)
                          : std::pow(uniform * (std::pow(kCount, 1 - s) - 1) + 1, 1 / (1 - s));
  return static_cast<Index>(std::clamp(x - 1, 0.0, kCount - 1));
}

// Neighbours in frequency are no neighbours in memory: an odd factor permutes 2^18 numbers.
Index scattered(Index rank) {
  return rank * 0x9E3779B1u % kFeatures;
}

// Rows of as many different features each, whatever s; labels from a planted logistic model.
Dataset zipf_rows(Offset rows, double s, std::uint64_t seed) {
  Dataset::Arrays arrays;
  std::vector<Index> row;
  for (Offset i = 0; i < rows; ++i) {
    Random random(seed, i);
    double margin = 0;
    row.clear();
    while (row.size() < kNonzeros) {
      const Index j = scattered(zipf(random.uniform(), s));
      if (std::ranges::find(row, j) != row.end()) continue;
      row.push_back(j);
      margin += 0.35 * Random(77, j).normal();
    }
    std::ranges::sort(row);
    arrays.indices.insert(arrays.indices.end(), row.begin(), row.end());
    arrays.offsets.push_back(arrays.indices.size());
    arrays.labels.push_back(random.uniform() < 1 / (1 + std::exp(-margin)) ? 1.0f : -1.0f);
  }
  return Dataset(std::move(arrays), {.size = kFeatures});
}

void epoch(benchmark::State& state, const Dataset& data, const Dataset& test, bool replicas) {
  const TrainOptions options{
      .learning_rate = 0.1f, .threads = static_cast<int>(state.range(0)), .worker_views = replicas};
  double loss = 0, seconds = 0;
  int threads_seen = 0;
  for (auto _ : state) {
    const TrainResult result = train(data, options);
    state.SetIterationTime(result.seconds);
    seconds += result.seconds;
    threads_seen = result.threads_seen;
    loss = mean_loss(result.model, test);
  }
  const auto nonzeros =
      static_cast<double>(data.nonzeros()) * static_cast<double>(state.iterations());
  state.counters["Mnnz/s"] = nonzeros / seconds / 1e6;
  state.counters["test_loss"] = loss;
  state.counters["threads_seen"] = threads_seen;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  for (const auto& [name, s] :
       {std::pair{"0", 0.0}, {"0.5", 0.5}, {"1", 1.0}, {"1.15", 1.15}, {"1.5", 1.5}}) {
    const Dataset data = zipf_rows(300'000, s, 1), test = zipf_rows(30'000, s, 2);
    for (const bool replicas : {false, true}) {
      const std::string contender = replicas ? "own_weights/s:" : "shared/s:";
      const Dataset rows = replicas ? ranked(data) : data;
      benchmark::RegisterBenchmark(
          (contender + name).c_str(),
          [=](benchmark::State& state) { epoch(state, rows, test, replicas); })
          ->Arg(1)
          ->Arg(2)
          ->Arg(4)
          ->ArgName("threads")
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
    }
  }
  benchmark::RunSpecifiedBenchmarks();
}
