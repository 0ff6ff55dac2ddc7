// A program that knows only the installed headers and library.
#include <hogwild/hogwild.hpp>

#include <cstdio>
#include <vector>

int main() {
  hogwild::Dataset::Arrays rows;
  for (int i = 0; i < 1000; ++i) {
    rows.indices.push_back(static_cast<hogwild::Index>(i % 2));
    rows.offsets.push_back(rows.indices.size());
    rows.labels.push_back(i % 2 == 0 ? 1.0f : -1.0f);
  }
  const hogwild::Dataset data(std::move(rows), {.size = 2});
  const auto result = hogwild::train(data, {.epochs = 3, .threads = 2});
  const hogwild::Metrics metrics = hogwild::evaluate(result.model, data);
  std::printf("%s: accuracy %.3f\n", hogwild::kVersion, *metrics.accuracy);
  return *metrics.accuracy == 1 ? 0 : 1;
}
