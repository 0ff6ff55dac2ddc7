#include "hogwild/data/profile.hpp"

#include <tbb/blocked_range.h>
#include <tbb/parallel_reduce.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <functional>
#include <map>
#include <numeric>
#include <vector>

#include "hogwild/core/random.hpp"
#include "parallel/mapped_memory.hpp"

namespace hogwild {
namespace {

constexpr Offset kProbes = 64;  // rows probed at once: one bit of a word each

using Shared = std::array<Offset, kProbes>;

// For each probed row, how many rows share a feature with it. masks is all zero, and is again
// after.
Shared rows_sharing(const Dataset& data, std::span<const Offset> probes,
                    const ZeroedArray<std::uint64_t>& masks) {
  for (std::size_t bit = 0; bit < probes.size(); ++bit) {
    for (const Index j : data.row(probes[bit]).indices) masks[j] |= std::uint64_t{1} << bit;
  }
  const Shared shared = tbb::parallel_reduce(
      tbb::blocked_range<Offset>(0, data.rows(), 1024), Shared{},
      [&](const tbb::blocked_range<Offset>& range, Shared counts) {
        for (Offset i = range.begin(); i != range.end(); ++i) {
          std::uint64_t met = 0;
          for (const Index j : data.row(i).indices) met |= masks[j];
          for (; met != 0; met &= met - 1)
            ++counts[static_cast<std::size_t>(std::countr_zero(met))];
        }
        return counts;
      },
      [](Shared a, const Shared& b) {
        std::ranges::transform(a, b, a.begin(), std::plus<>{});
        return a;
      });
  for (const Offset probe : probes) {
    for (const Index j : data.row(probe).indices) masks[j] = 0;
  }
  return shared;
}

constexpr std::size_t kMostLabels = 20;

std::vector<LabelCount> count_labels(std::span<const float> labels) {
  std::map<float, Offset> counts;
  for (const float label : labels) {
    if (!std::isnan(label)) ++counts[label];
    if (counts.size() > kMostLabels) return {};
  }
  std::vector<LabelCount> listed;
  for (const auto& [label, rows] : counts) listed.push_back({label, rows});
  return listed;
}

}  // namespace

double Profile::density() const noexcept {
  const double cells = static_cast<double>(rows) * static_cast<double>(features);
  return cells == 0 ? 0 : static_cast<double>(nonzeros) / cells;
}

Profile profile(const Dataset& data, std::uint64_t seed, double most_steps) {
  Profile found;
  found.rows = data.rows();
  found.nonzeros = data.nonzeros();
  found.features = data.features().size;
  found.all_ones = data.all_ones();
  if (data.rows() == 0) return found;

  found.labels = count_labels(data.labels());
  const ZeroedArray<Offset> degrees(data.features().size);
  Offset most_held = 0;
  for (const Index j : data.indices()) {
    if (++degrees[j] == 1) ++found.used_features;
    most_held = std::max(most_held, degrees[j]);
  }
  for (Offset i = 0; i < data.rows(); ++i) {
    found.omega = std::max<Offset>(found.omega, data.row(i).nonzeros());
  }
  const auto rows = static_cast<double>(data.rows());
  found.delta = static_cast<double>(most_held) / rows;

  std::vector<Offset> probes(data.rows());
  std::iota(probes.begin(), probes.end(), Offset{0});
  const double steps_a_pass = static_cast<double>(data.nonzeros() + data.rows());
  const auto passes = std::max<Offset>(1, static_cast<Offset>(most_steps / steps_a_pass));
  if (passes < (data.rows() + kProbes - 1) / kProbes) {
    found.rho_is_exact = false;
    shuffle(std::span(probes), Random(seed));
    probes.resize(passes * kProbes);
  }
  const ZeroedArray<std::uint64_t> masks(data.features().size);
  Offset most = 0;
  for (std::size_t first = 0; first < probes.size(); first += kProbes) {
    const auto count = std::min<std::size_t>(kProbes, probes.size() - first);
    const Shared shared = rows_sharing(data, std::span(probes).subspan(first, count), masks);
    most = std::max(most, std::ranges::max(shared));
  }
  found.rho = static_cast<double>(most) / rows;
  return found;
}

}  // namespace hogwild
