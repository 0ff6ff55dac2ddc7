#include "hogwild/data/generate.hpp"

#include <tbb/parallel_pipeline.h>
#include <tbb/task_arena.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "hogwild/core/random.hpp"

namespace hogwild {
namespace {

constexpr std::uint64_t kRowsAtOnce = 1024;
constexpr std::uint64_t kPlantedSeed = 12345;

float planted_weight(Index j) {
  return static_cast<float>(Random(kPlantedSeed, j).normal());
}

// A rank in [0, count) whose probability falls as rank^-s, by inverting the integral of x^-s.
std::uint64_t zipf(double uniform, double count, double s) {
  const double whole = (std::pow(count, 1 - s) - 1) / (1 - s);
  const double x = std::pow(uniform * whole * (1 - s) + 1, 1 / (1 - s));
  return static_cast<std::uint64_t>(std::clamp(x - 1, 0.0, count - 1));
}

struct MadeRow {
  std::vector<std::pair<Index, float>> features;
  double margin = 0;
};

void make_click(Random& random, Index features, MadeRow& row) {
  constexpr int kFields = 39;
  row.margin = -1.6;  // some 31 % positive
  for (int field = 0; field < kFields; ++field) {
    const double values = field < 13 ? 20 + field * 5 : std::pow(10, 1 + (field - 13) * 5.3 / 26);
    const std::uint64_t value = zipf(random.uniform(), std::floor(values), 1.15);
    const auto key = static_cast<std::uint64_t>(field) << 32 | value;
    row.features.emplace_back(static_cast<Index>(mix_bits(key + 1) % features), 1.0f);
  }
  std::ranges::sort(row.features);
  row.features.erase(std::unique(row.features.begin(), row.features.end()), row.features.end());
  for (const auto& [j, value] : row.features)
    row.margin += 0.35 * static_cast<double>(planted_weight(j));
}

void make_text(Random& random, Index features, MadeRow& row) {
  const int words = 30 + static_cast<int>(-std::log(1 - random.uniform()) * 60);
  std::vector<Index> drawn(static_cast<std::size_t>(words));
  for (Index& word : drawn) word = static_cast<Index>(zipf(random.uniform(), features, 1.1));
  std::ranges::sort(drawn);
  double squares = 0;
  for (auto word = drawn.begin(); word != drawn.end();) {
    const auto next = std::upper_bound(word, drawn.end(), *word);
    const auto count = static_cast<double>(next - word);
    const double value = (1 + std::log(count)) * std::log(1 + features / (*word + 10.0));
    row.features.emplace_back(*word, static_cast<float>(value));
    squares += value * value;
    word = next;
  }
  row.margin = 0;
  for (auto& [j, value] : row.features) {
    value /= static_cast<float>(std::sqrt(squares));
    row.margin += 6 * static_cast<double>(value * planted_weight(j));
  }
}

void make_dense(Random& random, Index features, MadeRow& row) {
  row.margin = 0;
  const double scale = 3 / std::sqrt(static_cast<double>(features));
  for (Index j = 0; j < features; ++j) {
    const double value = random.normal();
    row.features.emplace_back(j, static_cast<float>(value));
    row.margin += scale * value * static_cast<double>(planted_weight(j));
  }
}

// By GeneratedKind.
constexpr struct {
  Index features;  // unless the user gives their number
  void (*make)(Random&, Index, MadeRow&);
} kKinds[]{{1'000'000, make_click}, {47'236, make_text}, {50, make_dense}};

std::string make_rows(const GenerateOptions& options, std::uint64_t first, std::uint64_t count) {
  std::string text;
  MadeRow row;
  for (std::uint64_t i = first; i < first + count; ++i) {
    Random random(options.seed, i);
    row.features.clear();
    kKinds[static_cast<int>(options.kind)].make(random, options.features, row);
    const bool positive = random.uniform() < 1 / (1 + std::exp(-row.margin));
    text += positive ? "1" : "-1";
    for (const auto& [j, value] : row.features) {
      char number[48];
      char* end = std::to_chars(number, std::end(number), std::uint64_t{j} + 1).ptr;
      *end++ = ':';
      end = std::to_chars(end, std::end(number), value, std::chars_format::general, 6).ptr;
      text += ' ';
      text.append(number, end);
    }
    text += '\n';
  }
  return text;
}

}  // namespace

void generate(const GenerateOptions& asked, const std::function<void(std::string_view)>& sink) {
  GenerateOptions options = asked;
  if (options.features == 0) options.features = kKinds[static_cast<int>(asked.kind)].features;
  std::uint64_t next = 0;
  tbb::parallel_pipeline(
      2 * static_cast<std::size_t>(tbb::this_task_arena::max_concurrency()),
      tbb::make_filter<void, std::uint64_t>(tbb::filter_mode::serial_in_order,
                                            [&](tbb::flow_control& flow) {
                                              const std::uint64_t first = next;
                                              if (first >= options.rows) flow.stop();
                                              next += kRowsAtOnce;
                                              return first;
                                            }) &
          tbb::make_filter<std::uint64_t, std::string>(
              tbb::filter_mode::parallel,
              [&](std::uint64_t first) {
                return make_rows(options, first, std::min(kRowsAtOnce, options.rows - first));
              }) &
          tbb::make_filter<std::string, void>(tbb::filter_mode::serial_in_order,
                                              [&](const std::string& text) { sink(text); }));
}

}  // namespace hogwild
