// How fast is a margin? w.x over click rows (values of one), text rows (decimals) and dense rows:
// the kernel's dot over plain floats, over relaxed atomic words, over adagrad's cells, in which a
// weight lies beside its state, and a frozen model's prediction.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>

#include "hogwild/hogwild.hpp"
#include "learn/kernel.hpp"
#include "parallel/placement.hpp"
#include "parallel/shared_parameters.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;

// The same weights in each way that they may lie.
struct Weights {
  explicit Weights(const Dataset& data)
      : plain(shared_zeroed_array<float>(data.features().size)),
        words(data.features().size),
        states(data.features().size) {
    for (Index j = 0; j < data.features().size; ++j) {
      plain[j] = static_cast<float>(Random(1, j).normal());
      words[j].store({plain[j]});
      states[j].store({.weight = plain[j], .squares = 1});
    }
    model = Model(data.features(), plain, 0, Logistic{}, {}, {});
  }

  std::shared_ptr<float[]> plain;
  SharedParameters<Weight> words;
  SharedParameters<Adagrad::State> states;
  Model model;
};

// Each thread takes the margins of its part of the rows.
template <class MarginOf>
void margins(benchmark::State& state, const Dataset& data, const MarginOf& margin_of) {
  const auto part = static_cast<Offset>(state.thread_index());
  const auto parts = static_cast<Offset>(state.threads());
  const Offset begin = data.rows() * part / parts, end = data.rows() * (part + 1) / parts;
  for (auto _ : state) {
    float sum = 0;
    for (Offset i = begin; i < end; ++i) sum += margin_of(data.row(i));
    benchmark::DoNotOptimize(sum);
  }
  const auto times = static_cast<double>(state.iterations());
  const auto nonzeros = static_cast<double>(data.offsets()[end] - data.offsets()[begin]);
  using Counter = benchmark::Counter;
  state.counters["a_row"] =
      Counter(times * static_cast<double>(end - begin), Counter::kIsRate | Counter::kInvert);
  state.counters["nnz/s"] = Counter(times * nonzeros, Counter::kIsRate);
  state.counters["threads_seen"] = 1;
}

template <class WeightOf>
float dot_of(const SparseRow& row, const WeightOf& weight_of) {
  return row.values.empty() ? dot<true>(row, weight_of) : dot<false>(row, weight_of);
}

void add_all(const std::string& rows, const Dataset& data, const Weights& weights) {
  const auto add = [&](const char* contender, auto margin_of) {
    benchmark::RegisterBenchmark(
        (contender + ("/" + rows)).c_str(),
        [&data, margin_of](benchmark::State& state) { margins(state, data, margin_of); })
        ->ThreadRange(1, 2)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  add("plain", [plain = weights.plain.get()](const SparseRow& row) {
    return dot_of(row, [plain](Index j) { return plain[j]; });
  });
  add("words", [words = &weights.words[0]](const SparseRow& row) {
    return dot_of(row, [words](Index j) { return words[j].load().weight; });
  });
  add("states", [states = &weights.states[0]](const SparseRow& row) {
    return dot_of(row, [states](Index j) { return states[j].load().weight; });
  });
  add("predict", [&weights](const SparseRow& row) { return weights.model.predict(row); });
}

struct Contest {
  Contest(const std::string& name, GeneratedKind kind, Offset rows)
      : data(bench::generated_rows(kind, rows)), weights(data) {
    add_all(name, data, weights);
  }
  Dataset data;
  Weights weights;
};

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const Contest click("click", GeneratedKind::click, 200'000);
  const Contest text("text", GeneratedKind::text, 100'000);
  const Contest dense("dense", GeneratedKind::dense, 100'000);
  benchmark::RunSpecifiedBenchmarks();
}
