// How fast is text read? Click rows (values of one) and text rows (decimals), from a file in the
// page cache: a line and a number at a time with the standard library, parsing alone (also of text
// that is in a core's cache, and of the same rows as VW text: names hashed, hashed and sorted, or
// kept), reading into a Dataset, and evaluating a model; and parsing a table of numbers and
// categories.
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/global_control.h>
#include <tbb/parallel_for.h>

#include <atomic>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "data/text/input.hpp"
#include "data/text/parsing.hpp"
#include "data/text/records.hpp"
#include "data/text/scan.hpp"
#include "hogwild/hogwild.hpp"
#include "support/generated.hpp"

namespace {

using namespace hogwild;

void report(benchmark::State& state, const std::string& path, std::uint64_t nonzeros) {
  const auto bytes = static_cast<std::int64_t>(std::filesystem::file_size(path));
  state.SetBytesProcessed(state.iterations() * bytes);
  state.counters["nonzeros"] = static_cast<double>(nonzeros);
}

void by_line(benchmark::State& state, const std::string& path) {
  std::uint64_t nonzeros = 0;
  for (auto _ : state) {
    std::ifstream file(path);
    std::vector<std::uint32_t> indices;
    std::vector<float> values;
    for (std::string line; std::getline(file, line);) {
      const char* p = line.data();
      const char* const end = p + line.size();
      float value = 0;
      p = std::from_chars(p, end, value).ptr;
      while (p != end) {
        std::uint32_t index = 0;
        p = std::from_chars(p + 1, end, index).ptr;
        p = std::from_chars(p + 1, end, value).ptr;
        indices.push_back(index);
        values.push_back(value);
      }
    }
    nonzeros = indices.size();
  }
  report(state, path, nonzeros);
}

std::vector<Chunk> chunks_of(const std::string& path) {
  Input input({path});
  std::vector<Chunk> chunks;
  while (auto chunk = input.next()) chunks.push_back(*std::move(chunk));
  return chunks;
}

// The same rows as VW text: features have names, and values of 1 are left out.
std::vector<Chunk> as_vw(const std::vector<Chunk>& chunks) {
  std::vector<Chunk> converted;
  for (const Chunk& chunk : chunks) {
    Chunk& vw = converted.emplace_back();
    vw.file = chunk.file;
    bool in_label = true;
    for (const char c : chunk.text) {
      const bool ends = c == ' ' || c == '\n';
      if (ends && vw.text.ends_with(":1")) vw.text.resize(vw.text.size() - 2);
      vw.text += c;
      if (c == ' ') vw.text += in_label ? "|f c" : "c";
      if (ends) in_label = c == '\n';
    }
  }
  return converted;
}

// Chunks that are in memory, so that the parser alone is timed, each into the memory of the last:
// as rows are learnt that are not held. cached: the first chunk as many times as there are chunks.
void parse(benchmark::State& state, const std::vector<Chunk>& chunks, Format format,
           const ParseRules& rules, bool cached = false) {
  const auto chunk_at = [&](std::size_t i) -> const Chunk& { return chunks[cached ? 0 : i]; };
  std::int64_t bytes = 0;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    bytes += static_cast<std::int64_t>(chunk_at(i).text.size());
  }
  const tbb::global_control threads(tbb::global_control::max_allowed_parallelism,
                                    static_cast<std::size_t>(state.range(0)));
  tbb::enumerable_thread_specific<RowBatch> batches;
  std::atomic<std::uint64_t> nonzeros{0};
  for (auto _ : state) {
    nonzeros = 0;
    tbb::parallel_for(std::size_t{0}, chunks.size(), [&](std::size_t i) {
      RowBatch& batch = batches.local();
      batch.clear();
      if (parse_rows(chunk_at(i), format, rules, OnError::fail, batch)) std::abort();
      nonzeros += batch.indices.size();
    });
  }
  state.SetBytesProcessed(state.iterations() * bytes);
  state.counters["nonzeros"] = static_cast<double>(nonzeros);
}

void parse_libsvm(benchmark::State& state, const std::string& path) {
  parse(state, chunks_of(path), Format::libsvm, {});
}
void parse_cached(benchmark::State& state, const std::string& path) {
  parse(state, chunks_of(path), Format::libsvm, {}, true);
}
void parse_vw_hashed(benchmark::State& state, const std::string& path) {
  parse(state, as_vw(chunks_of(path)), Format::vw, {.hash_bits = 20, .any_order = true});
}
void parse_vw_sorted(benchmark::State& state, const std::string& path) {
  parse(state, as_vw(chunks_of(path)), Format::vw, {.hash_bits = 20});
}
void parse_vw_names(benchmark::State& state, const std::string& path) {
  parse(state, as_vw(chunks_of(path)), Format::vw, {});
}

// A table as click logs have it: a label, 13 numbers and 26 categories of 8 digits and letters,
// some of them missing.
std::vector<Chunk> table_chunks(char separator) {
  constexpr std::size_t kChunks = 64, kRows = 4000;
  std::vector<Chunk> chunks;
  std::string header = "label";
  for (int k = 1; k <= 39; ++k) {
    header += fmt::format("{}{}{}", separator, k <= 13 ? 'I' : 'C', k <= 13 ? k : k - 13);
  }
  for (std::size_t c = 0; c < kChunks; ++c) {
    Chunk& chunk = chunks.emplace_back();
    if (c == 0) chunk.text = header + '\n';
    chunk.begins_file = c == 0;
    for (std::size_t i = 0; i < kRows; ++i) {
      Random random(1, c, i);
      chunk.text += random.below(4) == 0 ? '1' : '0';
      for (int k = 0; k < 39; ++k) {
        chunk.text += separator;
        if (random.below(8) == 0) continue;
        const std::uint64_t most = std::uint64_t{10} << (3 * (k % 5));
        if (k < 13) {
          chunk.text += fmt::format("{}", random.below(most));
        } else {
          chunk.text += fmt::format("{:08x}", mix_bits(random.below(most)) & 0xFFFFFFFF);
        }
      }
      chunk.text += '\n';
    }
    chunk.table = c == 0 ? head_of(chunk.text, '\0') : chunks.front().table;
  }
  return chunks;
}

void parse_table(benchmark::State& state, char separator, int hash_bits, bool crosses = false) {
  const std::vector<Chunk> chunks = table_chunks(separator);
  ReadOptions options{.format = Format::csv, .hash_bits = hash_bits, .columns = {.label = "label"}};
  if (crosses) options.columns.cross = {"C1:C2", "C3:C4"};
  Parsing parsing(options, FeatureOrder::any);
  parsing.decide_format(chunks.front(), "table");
  parse(state, chunks, Format::csv, parsing.rules());
}

void read_whole(benchmark::State& state, const std::string& path) {
  std::uint64_t nonzeros = 0;
  for (auto _ : state) {
    nonzeros = read({path}, {.threads = static_cast<int>(state.range(0))}).nonzeros();
  }
  report(state, path, nonzeros);
}

// On weights drawn at random, so that scores are to be sorted.
void evaluate_whole(benchmark::State& state, const std::string& path) {
  const FeatureSpace space = read({path}).features();
  const std::shared_ptr<float[]> weights(new float[space.size]);
  for (Index j = 0; j < space.size; ++j) {
    weights[static_cast<std::ptrdiff_t>(j)] = static_cast<float>(Random(1, j).normal());
  }
  const Model model(space, weights, 0, Logistic{}, LabelPair{-1, 1}, {});
  std::uint64_t nonzeros = 0;
  for (auto _ : state) {
    nonzeros = evaluate(model, {path}, {.threads = static_cast<int>(state.range(0))}).nonzeros;
  }
  report(state, path, nonzeros);
}

}  // namespace

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  benchmark::AddCustomContext("instruction_set", scan_instruction_set());
  const bench::GeneratedFile click(GeneratedKind::click, 300'000);
  const bench::GeneratedFile text(GeneratedKind::text, 100'000);
  const auto add_all = [](const std::string& name, const std::string& path) {
    const auto add = [&](const char* contender, auto function) {
      return benchmark::RegisterBenchmark(
                 (std::string(contender) + "/" + name).c_str(),
                 [path, function](benchmark::State& state) { function(state, path); })
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    };
    add("by_line", by_line);
    add("parse", parse_libsvm)->Arg(1)->Arg(2);
    add("parse_cached", parse_cached)->Arg(1)->Arg(2);
    add("parse_vw_hashed", parse_vw_hashed)->Arg(1)->Arg(2);
    add("parse_vw_sorted", parse_vw_sorted)->Arg(1)->Arg(2);
    add("parse_vw_names", parse_vw_names)->Arg(1)->Arg(2);
    add("read", read_whole)->Arg(1)->Arg(2);
    add("evaluate", evaluate_whole)->Arg(1)->Arg(2);
  };
  add_all("click", click.path());
  add_all("text", text.path());
  const auto add_table = [](const char* name, char separator, int hash_bits, bool crosses = false) {
    benchmark::RegisterBenchmark(
        name, [=](benchmark::State& state) { parse_table(state, separator, hash_bits, crosses); })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond)
        ->Arg(1)
        ->Arg(2);
  };
  add_table("parse_csv_hashed", ',', 20);
  add_table("parse_tsv_hashed", '\t', 20);
  add_table("parse_csv_crosses", ',', 20, true);
  add_table("parse_csv_names", ',', 0);
  benchmark::RunSpecifiedBenchmarks();
}
