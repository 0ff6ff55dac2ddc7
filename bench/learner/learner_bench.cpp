// How long does an answer take while something is learnt? One prediction of a Learner on click rows
// of 38 features, whose weights are in the cache (rows of a thousand, over and over) or mostly not
// (rows of a hundred thousand): alone, and while another thread learns as fast as it can; and of a
// frozen model. And the same of a Learner that publishes its weights after every 262,144 rows. Then
// how many rows one thread and two teach a Learner in a second, on shared weights and with weights
// of their own for frequent features, by one row a call and by 64, beside two threads that ask it a
// thousand times a second.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "hogwild/hogwild.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;

// Learns rows over and over as long as it lives.
class Teacher {
 public:
  Teacher(Learner& learner, const Dataset& data)
      : thread_([&learner, &data, this] {
          for (Offset i = 0; !stop_.load(std::memory_order_relaxed); i = (i + 1) % data.rows()) {
            learner.learn(data.row(i), data.labels()[i]);
          }
        }) {}
  ~Teacher() {
    stop_.store(true, std::memory_order_relaxed);
    thread_.join();
  }
  Teacher(const Teacher&) = delete;
  Teacher& operator=(const Teacher&) = delete;

 private:
  std::atomic<bool> stop_{false};
  std::thread thread_;
};

template <class Predict>
void predict(benchmark::State& state, const Dataset& data, Offset rows, const Predict& predict) {
  for (auto _ : state) {
    float sum = 0;
    for (Offset i = 0; i < rows; ++i) sum += predict(data.row(i));
    benchmark::DoNotOptimize(sum);
  }
  state.counters["an_answer"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(rows),
                         benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
}

// Each thread teaches every n-th block of rows, while others ask.
void teach(benchmark::State& state, const Dataset& data, int teachers, bool own_weights,
           std::size_t block) {
  std::vector<SparseRow> rows;
  for (Offset i = 0; i < data.rows(); ++i) {
    rows.push_back(data.row(i));
    rows.back().label = data.labels()[i];
  }
  LearnerOptions options{.features = data.features().size, .learning_rate = 0.05f};
  if (own_weights) {
    options.teachers = teachers;
    options.hot_features = hot_features(data);
  }
  Learner learner(options);
  std::atomic<bool> stop{false};
  std::vector<std::thread> asking;
  for (int k = 0; k < 2; ++k) {
    asking.emplace_back([&, i = Offset{0}]() mutable {
      for (; !stop.load(std::memory_order_relaxed); i = (i + 1) % data.rows()) {
        benchmark::DoNotOptimize(learner.predict(data.row(i)));
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    });
  }
  for (auto _ : state) {
    std::vector<std::thread> teaching;
    for (int k = 0; k < teachers; ++k) {
      teaching.emplace_back([&, k] {
        const auto n = static_cast<std::size_t>(teachers);
        for (auto i = static_cast<std::size_t>(k) * block; i < rows.size(); i += n * block) {
          learner.learn(std::span(rows).subspan(i, std::min(block, rows.size() - i)));
        }
      });
    }
    for (std::thread& thread : teaching) thread.join();
  }
  stop.store(true, std::memory_order_relaxed);
  for (std::thread& thread : asking) thread.join();
  state.counters["rows"] =
      benchmark::Counter(static_cast<double>(state.iterations()) * static_cast<double>(data.rows()),
                         benchmark::Counter::kIsRate);
  state.counters["loss"] = mean_loss(learner.snapshot(), data);
}

}  // namespace

int main(int argc, char** argv) {
  const Dataset data = bench::generated_rows(GeneratedKind::click, 100'000);
  Learner learner({.features = data.features().size, .learning_rate = 0.05f});
  for (Offset i = 0; i < data.rows(); ++i) learner.learn(data.row(i), data.labels()[i]);
  Learner publishing(
      {.features = data.features().size, .learning_rate = 0.05f, .publish_every = 262'144});
  for (Offset i = 0; i < data.rows(); ++i) publishing.learn(data.row(i), data.labels()[i]);
  publishing.publish();
  const Model model = learner.snapshot();
  for (const auto& [name, rows] :
       {std::pair<std::string, Offset>{"warm", 1000}, {"all", 100'000}}) {
    benchmark::RegisterBenchmark(("model/" + name).c_str(), [&, rows](benchmark::State& state) {
      predict(state, data, rows, [&](const SparseRow& row) { return model.predict(row); });
    });
    benchmark::RegisterBenchmark(("learner/" + name).c_str(), [&, rows](benchmark::State& state) {
      predict(state, data, rows, [&](const SparseRow& row) { return learner.predict(row); });
    });
    benchmark::RegisterBenchmark(
        ("while_it_learns/" + name).c_str(), [&, rows](benchmark::State& state) {
          const Teacher teacher(learner, data);
          predict(state, data, rows, [&](const SparseRow& row) { return learner.predict(row); });
        });
    benchmark::RegisterBenchmark(
        ("publishing/" + name).c_str(), [&, rows](benchmark::State& state) {
          predict(state, data, rows, [&](const SparseRow& row) { return publishing.predict(row); });
        });
    benchmark::RegisterBenchmark(
        ("publishing_while_it_learns/" + name).c_str(), [&, rows](benchmark::State& state) {
          const Teacher teacher(publishing, data);
          predict(state, data, rows, [&](const SparseRow& row) { return publishing.predict(row); });
        });
  }
  // And what a lesson takes.
  for (Learner* const taught : {&learner, &publishing}) {
    benchmark::RegisterBenchmark(taught == &learner ? "learn" : "learn_publishing",
                                 [&data, taught](benchmark::State& state) {
                                   Offset i = 0;
                                   for (auto _ : state) {
                                     taught->learn(data.row(i), data.labels()[i]);
                                     i = i + 1 < data.rows() ? i + 1 : 0;
                                   }
                                 });
  }
  for (const std::size_t block : {1, 64}) {
    for (const bool own_weights : {false, true}) {
      for (const int teachers : {1, 2}) {
        const std::string name = fmt::format("teach{}/{}/rows_a_call:{}",
                                             own_weights ? "_own_weights" : "", teachers, block);
        benchmark::RegisterBenchmark(name.c_str(), [=, &data](benchmark::State& state) {
          teach(state, data, teachers, own_weights, block);
        })->UseRealTime();
      }
    }
  }
  benchmark::Initialize(&argc, argv);
  benchmark::RunSpecifiedBenchmarks();
}
