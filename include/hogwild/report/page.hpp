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
  std::string title;                           ///< above the table
  std::vector<std::string> columns;            ///< their heads
  std::vector<std::vector<std::string>> rows;  ///< [rows][columns]
  bool is_folded = false;                      ///< shown when asked for, after the charts
};

/// A part of a report.
struct Section {
  std::string title;            ///< its heading
  std::string text{};           ///< a paragraph, or nothing
  Facts facts{};                ///< names and values
  std::vector<Grid> grids{};    ///< tables
  std::vector<Chart> charts{};  ///< pictures
};

/// A report.
struct Page {
  std::string title;                ///< of the page
  std::string text{};               ///< below the title
  std::vector<Section> sections{};  ///< in order
};

/// The page's bytes, in UTF-8. Charts are drawn by its own script, out of the tables behind them,
/// which hold every number to the last bit, as JSON lines do; points that are not finite are left
/// out. Pointer and arrow keys tell values, buttons hide curves.
std::string html(const Page& page);

}  // namespace hogwild
