// Results as aligned text.
#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "hogwild/report/report.hpp"
#include "report/results.hpp"

namespace hogwild {
namespace {

std::string aligned(const Facts& facts) {
  std::size_t widest = 0;
  for (const auto& [name, value] : facts) widest = std::max(widest, name.size());
  std::string text;
  for (const auto& [name, value] : facts) {
    fmt::format_to(std::back_inserter(text), "{:<{}}  {}\n", name, widest, value);
  }
  return text;
}

// The first column to the left, the others to the right; one without a name to the left.
std::string aligned(const Grid& grid) {
  std::vector<std::size_t> widths;
  for (std::size_t k = 0; k < grid.columns.size(); ++k) {
    widths.push_back(grid.columns[k].size());
    for (const auto& row : grid.rows) widths[k] = std::max(widths[k], row[k].size());
  }
  std::string text;
  const auto add = [&](const std::vector<std::string>& row) {
    std::string line;
    for (std::size_t k = 0; k < row.size(); ++k) {
      const bool left = k == 0 || grid.columns[k].empty();
      line += left ? fmt::format("{:<{}}  ", row[k], widths[k])
                   : fmt::format("{:>{}}  ", row[k], widths[k]);
    }
    text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
  };
  add(grid.columns);
  for (const auto& row : grid.rows) add(row);
  return text;
}

}  // namespace

std::string table(const std::vector<lab::Contender>& contenders, std::size_t columns) {
  const auto grids = grids_of(contenders, columns);
  return aligned(grids[0]) + "\nloss after\n" + aligned(grids[1]);
}

std::string table(const std::vector<lab::ScalePoint>& points) {
  return aligned(grid_of(points));
}

std::string table(const std::vector<lab::Simulation>& simulations) {
  return aligned(grid_of(simulations));
}

std::string table(const Metrics& metrics) {
  return aligned(facts_of(metrics));
}

std::string table(const Profile& profile, const Dataset& data) {
  return aligned(facts_of(profile, data));
}

std::string table(const Model& model) {
  return aligned(facts_of(model));
}

std::string strongest_features(const Model& model, std::size_t each) {
  std::string text;
  for (const Strongest& strongest : strongest_of(model, each)) {
    fmt::format_to(std::back_inserter(text), "strongest towards {}\n", strongest.towards);
    for (const auto& [name, weight] : strongest.features) {
      fmt::format_to(std::back_inserter(text), "  {:+9.4f}  {}\n", weight, name);
    }
  }
  return text;
}

}  // namespace hogwild
