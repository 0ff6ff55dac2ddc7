// What does a step cost, by rule and by where its state lives and how it lands? One epoch of every
// rule there is, at its default rate, on click rows in memory, through the kernel alone: nothing is
// shuffled, searched or frozen. Beside the speed stands the loss reached on rows not learnt.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "hogwild/core/alternatives.hpp"
#include "hogwild/hogwild.hpp"
#include "learn/descent.hpp"
#include "parallel/placement.hpp"
#include "parallel/thread_team.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;
using Clock = std::chrono::steady_clock;

struct Rows {
  explicit Rows(const Dataset& data) : data(data), rows(data.rows()) {
    for (Offset i = 0; i < data.rows(); ++i) rows[i] = data.row(i);
  }
  Dataset data;
  std::vector<SparseRow> rows;
};

struct Placing {
  const char* name;
  StatePlacement state;
  Landing landing;
};
constexpr Placing kPlacings[] = {{"racy", StatePlacement::shared, Landing::racy},
                                 {"atomic", StatePlacement::shared, Landing::atomic},
                                 {"locked", StatePlacement::shared, Landing::locked},
                                 {"per_thread", StatePlacement::per_thread, Landing::racy}};

// Whether a rule can be placed so, and that is not the same as another placing.
template <class Rule>
bool has(const Placing& placing) {
  if (placing.landing == Landing::atomic) return !is_indivisible<Rule>;
  if (placing.state == StatePlacement::shared) return true;
  return can_be_per_thread<Rule> && sizeof(typename Rule::State) > sizeof(Weight);
}

// Returns how many threads learnt rows.
int learn_all(Descent& descent, ThreadTeam& team, const std::vector<SparseRow>& rows, Pace pace) {
  constexpr std::size_t kBlockRows = 1024;
  std::atomic<std::size_t> next{0};
  std::atomic<int> seen{0};
  team.run([&](int worker) {
    bool learnt = false;
    for (;;) {
      const std::size_t begin = next.fetch_add(kBlockRows, std::memory_order_relaxed);
      if (begin >= rows.size()) break;
      Pace now = pace;
      now.time = begin;
      const auto count = std::min(kBlockRows, rows.size() - begin);
      descent.learn(worker, std::span(rows).subspan(begin, count), now);
      learnt = true;
    }
    if (learnt) seen.fetch_add(1, std::memory_order_relaxed);
  });
  return seen;
}

double loss_of(const LocalDescent& descent, const std::vector<SparseRow>& rows, Pace now) {
  double sum = 0;
  for (const SparseRow& row : rows) {
    sum += static_cast<double>(Logistic{}.value(descent.margin(row, now), row.label));
  }
  return sum / static_cast<double>(rows.size());
}

void epoch(benchmark::State& state, const AnyUpdateRule& rule, float rate, const Placing& placing,
           const Rows& train, const Rows& test) {
  const auto threads = static_cast<int>(state.range(0));
  ThreadTeam team(threads);
  Pace pace{.rate = rate};
  if (placing.state == StatePlacement::per_thread) pace.share = static_cast<float>(threads);
  double seconds = 0, loss = 0;
  int seen = 0;
  for (auto _ : state) {
    const auto descent = make_descent({.features = train.data.features().size,
                                       .workers = threads,
                                       .alone = threads == 1,
                                       .loss = Logistic{},
                                       .rule = rule,
                                       .state = placing.state,
                                       .landing = placing.landing});
    const auto begin = Clock::now();
    seen = learn_all(*descent, team, train.rows, pace);
    const double taken = std::chrono::duration<double>(Clock::now() - begin).count();
    state.SetIterationTime(taken);
    seconds += taken;
    loss = loss_of(*descent, test.rows, {.rate = rate, .share = 1, .time = train.rows.size()});
  }
  const auto nonzeros =
      static_cast<double>(train.data.nonzeros()) * static_cast<double>(state.iterations());
  state.counters["Mnnz/s"] = nonzeros / seconds / 1e6;
  state.counters["test_loss"] = loss;
  state.counters["threads_seen"] = seen;
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  const Rows train(bench::generated_rows(GeneratedKind::click, 200'000));
  const Rows test(bench::generated_rows(GeneratedKind::click, 20'000, 2));
  for_each_alternative<AnyUpdateRule>([&]<class Rule>(Rule rule) {
    for (const Placing& placing : kPlacings) {
      if (!has<Rule>(placing)) continue;
      const std::string name = std::string(Rule::kName) + "/" + placing.name;
      benchmark::RegisterBenchmark(name.c_str(),
                                   [&, rule](benchmark::State& state) {
                                     epoch(state, rule, Rule::kDefaultRate, placing, train, test);
                                   })
          ->Arg(1)
          ->Arg(2)
          ->ArgName("threads")
          ->UseManualTime()
          ->Unit(benchmark::kMillisecond);
    }
  });
  benchmark::RunSpecifiedBenchmarks();
}
