// A data race on purpose. ThreadSanitizer must report it, in a plain thread and inside a task of
// oneTBB, or its silence about the rest of the suite proves nothing.
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include <atomic>
#include <cstdio>
#include <string_view>
#include <thread>
#include <vector>

namespace {

float shared_weight = 0;  // what the library never has: a shared word that is no atomic
std::atomic<int> arrived{0};

// Waits for the other thread, so that there are two of them on however busy a machine. Relaxed, it
// orders nothing: the steps after it race.
void step_many() {
  arrived.fetch_add(1, std::memory_order_relaxed);
  while (arrived.load(std::memory_order_relaxed) < 2) std::this_thread::yield();
  for (int i = 0; i < 1000; ++i) shared_weight += 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool under_tbb = argc > 1 && std::string_view(argv[1]) == "under_tbb";
  if (under_tbb) {
    tbb::global_control two(tbb::global_control::max_allowed_parallelism, 2);
    tbb::task_arena(2).execute([] {
      tbb::parallel_for(
          0, 2, [](int) { step_many(); }, tbb::simple_partitioner{});
    });
  } else {
    std::jthread first(step_many), second(step_many);
  }
  std::printf("%g\n", static_cast<double>(shared_weight));
}
