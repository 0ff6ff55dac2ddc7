// A page of HTML that holds all it needs: to be kept, sent, printed, and opened without a network.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hogwild/report/chart.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Names and what they are.
using Facts = std::vector<std::pair<std::string, std::string>>;

/// Words in rows and columns; the first of a row names it.
struct Grid {
  std::string title;
  std::vector<std::string> columns;
  std::vector<std::vector<std::string>> rows;  ///< [rows][columns]
  bool is_folded = false;                      ///< shown when asked for, after the charts
};

struct Section {
  std::string title;
  std::string text{};
  Facts facts{};
  std::vector<Grid> grids{};
  std::vector<Chart> charts{};
};

struct Page {
  std::string title;
  std::string text{};
  std::vector<Section> sections{};
};

/// The page's bytes, in UTF-8. Charts are drawn by its own script, out of the tables behind them,
/// which hold every number to the last bit, as JSON lines do; points that are not finite are left
/// out. Pointer and arrow keys tell values, buttons hide curves.
std::string html(const Page& page);

}  // namespace hogwild
