// A page of HTML that holds all it needs: to be kept, sent, printed, and opened without a network.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "hogwild/data/profile.hpp"
#include "hogwild/eval/metrics.hpp"
#include "hogwild/lab/compare.hpp"
#include "hogwild/lab/scale.hpp"
#include "hogwild/lab/simulate.hpp"
#include "hogwild/model/model.hpp"
#include "hogwild/report/chart.hpp"
#include "hogwild/train/result.hpp"

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

/// How it went: losses by epoch and by second, speed, and how rate and threads were found.
Section section_of(const TrainResult& result);

/// How good predictions are, and of a binary model the curves of its scores. of_what: the rows, for
/// the title.
Section section_of(const Metrics& metrics, const std::string& of_what);

/// What the weights are: how they are distributed, and the strongest features by name.
Section section_of(const Model& model);

/// What the rows are, and how much they are in each other's way.
Section section_of(const Profile& profile, const Dataset& data);

/// Rules side by side; the grids are those that table() prints.
Section section_of(const std::vector<lab::Contender>& contenders);

/// Numbers of threads side by side, likewise.
Section section_of(const std::vector<lab::ScalePoint>& points);

/// Numbers of virtual workers side by side, likewise.
Section section_of(const std::vector<lab::Simulation>& simulations);

}  // namespace hogwild
