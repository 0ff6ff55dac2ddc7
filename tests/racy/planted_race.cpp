// A data race on purpose. ThreadSanitizer must report it, in a plain thread and inside a task of
// oneTBB, or its silence about the rest of the suite proves nothing.
#include <tbb/parallel_for.h>

#include <cstdio>
#include <string_view>
#include <thread>
#include <vector>

namespace {

float shared_weight = 0;  // what the library never has: a shared word that is no atomic

void step_many() {
  for (int i = 0; i < 1000; ++i) shared_weight += 1;
}

}  // namespace

int main(int argc, char** argv) {
  const bool under_tbb = argc > 1 && std::string_view(argv[1]) == "under_tbb";
  if (under_tbb) {
    tbb::parallel_for(0, 1000, [](int) { step_many(); });
  } else {
    std::jthread first(step_many), second(step_many);
  }
  std::printf("%g\n", static_cast<double>(shared_weight));
}
