// How should threads share the weights? One epoch of adagrad on click rows in memory, for each
// strategy and home of the state; and not at all: each thread learns its own part of the rows, and
// the models are averaged. Beside the speed stands the loss reached on rows not learnt.
#include <benchmark/benchmark.h>

#include <chrono>
#include <cstddef>
#include <memory>
#include <thread>
#include <vector>

#include "hogwild/hogwild.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;

struct Sharing {
  const char* name;
  Strategy strategy;
  StateHome state;
  bool is_ranked = false;
  bool hot_replicas = false;
};
constexpr Sharing kSharings[] = {
    {"hogwild/shared", Strategy::hogwild, StateHome::shared},
    {"hogwild/ranked", Strategy::hogwild, StateHome::shared, true},
    {"hogwild/ranked_hot_replicas", Strategy::hogwild, StateHome::shared, true, true},
    {"hogwild/per_thread", Strategy::hogwild, StateHome::per_thread},
    {"atomic/shared", Strategy::atomic, StateHome::shared},
    {"atomic/per_thread", Strategy::atomic, StateHome::per_thread},
    {"locked/shared", Strategy::locked, StateHome::shared},
    {"locked/per_thread", Strategy::locked, StateHome::per_thread},
    {"deterministic", Strategy::deterministic, StateHome::shared}};

void count(benchmark::State& state, Offset nonzeros, double seconds, double loss, int threads) {
  const double all = static_cast<double>(nonzeros) * static_cast<double>(state.iterations());
  state.counters["Mnnz/s"] = all / seconds / 1e6;
  state.counters["test_loss"] = loss;
  state.counters["threads_seen"] = threads;
}

void epoch(benchmark::State& state, const Sharing& sharing, const Dataset& data,
           const Dataset& test) {
  const TrainOptions options{.learning_rate = 0.1f,
                             .threads = static_cast<int>(state.range(0)),
                             .strategy = sharing.strategy,
                             .state = sharing.state,
                             .worker_views = sharing.hot_replicas};
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
  count(state, data.nonzeros(), seconds, loss, threads_seen);
}

std::vector<Dataset> dealt_out(const Dataset& data, std::size_t parts) {
  std::vector<std::vector<Offset>> rows(parts);
  for (Offset i = 0; i < data.rows(); ++i) rows[i % parts].push_back(i);
  std::vector<Dataset> dealt;
  for (const auto& part : rows) dealt.push_back(data.select(part));
  return dealt;
}

Model mean_of(const std::vector<Model>& models) {
  const std::size_t size = models[0].weights().size();
  const std::shared_ptr<float[]> weights(new float[size]());
  const auto share = 1 / static_cast<float>(models.size());
  float bias = 0;
  for (const Model& model : models) {
    for (std::size_t j = 0; j < size; ++j) weights[j] += share * model.weights()[j];
    bias += share * model.bias();
  }
  return Model(models[0].features(), weights, bias, models[0].loss(), models[0].labels(),
               models[0].provenance());
}

void averaged(benchmark::State& state, const Dataset& data, const Dataset& test) {
  const auto parts = dealt_out(data, static_cast<std::size_t>(state.range(0)));
  double loss = 0, seconds = 0;
  for (auto _ : state) {
    std::vector<Model> models(parts.size());
    const auto begin = std::chrono::steady_clock::now();
    {
      std::vector<std::jthread> threads;
      for (std::size_t k = 0; k < parts.size(); ++k) {
        threads.emplace_back(
            [&, k] { models[k] = train(parts[k], {.learning_rate = 0.1f, .threads = 1}).model; });
      }
    }
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - begin;
    state.SetIterationTime(taken.count());
    seconds += taken.count();
    state.PauseTiming();
    loss = mean_loss(mean_of(models), test);
    state.ResumeTiming();
  }
  count(state, data.nonzeros(), seconds, loss, static_cast<int>(parts.size()));
}

}  // namespace

int main(int argc, char** argv) {
  const Dataset data = bench::generated_rows(GeneratedKind::click, 1'000'000);
  const Dataset test = bench::generated_rows(GeneratedKind::click, 100'000, 2);
  const Dataset by_rank = ranked(data);
  const auto register_contender = [](const char* name, const auto& run) {
    benchmark::RegisterBenchmark(name, run)
        ->Arg(1)
        ->Arg(2)
        ->Arg(4)
        ->ArgName("threads")
        ->UseManualTime()
        ->Unit(benchmark::kMillisecond);
  };
  for (const Sharing& sharing : kSharings) {
    register_contender(sharing.name, [&](benchmark::State& state) {
      epoch(state, sharing, sharing.is_ranked ? by_rank : data, test);
    });
  }
  register_contender("averaged", [&](benchmark::State& state) { averaged(state, data, test); });
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
