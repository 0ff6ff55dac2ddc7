#include "hogwild/lab/scale.hpp"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>
#include <system_error>
#include <utility>

#include "parallel/cores.hpp"

namespace hogwild::lab {
namespace {

// The value of the first line "name : value".
std::string line_of(const char* path, std::string_view name) {
  std::ifstream file(path);
  for (std::string line; std::getline(file, line);) {
    const auto colon = line.find(':');
    if (!line.starts_with(name) || colon == std::string::npos) continue;
    const auto begin = line.find_first_not_of(" \t", colon + 1);
    return begin == std::string::npos ? "" : line.substr(begin);
  }
  return {};
}

int numa_nodes() {
  std::ifstream file("/sys/devices/system/node/online");  // "0-1"
  std::string text;
  const auto nodes = file >> text ? numbers_in(text) : std::nullopt;
  return nodes ? static_cast<int>(nodes->size()) : 1;
}

std::vector<Machine::LineTransfer> line_transfers(const std::vector<int>& cores) {
  constexpr std::size_t kMost = 128;
  std::vector<std::pair<int, int>> pairs;
  for (std::size_t a = 0; a < cores.size(); ++a) {
    for (std::size_t b = a + 1; b < cores.size(); ++b) pairs.emplace_back(cores[a], cores[b]);
  }
  std::vector<Machine::LineTransfer> transfers;
  const std::size_t count = std::min(kMost, pairs.size());
  for (std::size_t k = 0; k < count; ++k) {
    const auto [first, second] = pairs[k * pairs.size() / count];
    const auto seconds = measure_line_transfer({first, second});
    if (seconds) transfers.push_back({first, second, *seconds});
  }
  return transfers;
}

}  // namespace

Machine this_machine() {
  const std::vector<int> cores = cores_allowed();
  Machine machine{
      .processor = line_of("/proc/cpuinfo", "model name"),
      .clock_hz = 1e6 * std::strtod(line_of("/proc/cpuinfo", "cpu MHz").c_str(), nullptr),
      .cores = static_cast<int>(cores.size()),
      .numa_nodes = numa_nodes()};
  try {
    machine.line_transfers = line_transfers(cores);
  } catch (const std::system_error&) {  // no more threads
  }
  return machine;
}

}  // namespace hogwild::lab
