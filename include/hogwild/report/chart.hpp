// Curves over one axis, as a picture or a table; charts of the logs of runs.
#pragma once

#include <string>
#include <vector>

#include "hogwild/lab/scale.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// A still picture, one that moves, or the numbers.
enum class PictureFormat { svg, png, gif, tsv };

/// By how a file's name ends. Throws OptionError.
PictureFormat picture_format(const std::string& path);

/// Points that are joined by a line.
struct Curve {
  std::string name;             ///< in the legend
  std::vector<double> x;        ///< [points]
  std::vector<double> y;        ///< [x]
  int colour = 0;               ///< curves of one colour belong together
  bool is_dashed = false;       ///< of two that do
  bool is_guide = false;        ///< not data, but what to hold it against
  std::vector<double> least{};  ///< [x] where y was found several times: its least value,
  std::vector<double> most{};   ///< and its largest; empty: once
};

/// Curves in one picture.
struct Chart {
  std::string title;          ///< above the curves
  std::string x_label;        ///< below the x axis
  std::string y_label;        ///< beside the y axis
  bool log_x = false;         ///< whether the x axis is logarithmic
  bool log_y = false;         ///< whether the y axis is logarithmic
  bool from_zero = false;     ///< both axes begin at zero, and x has a tick at each of its points
  bool bars = false;          ///< x are the middles of intervals of one width
  std::vector<Curve> curves;  ///< in the order of the legend
  std::string text{};         ///< what to see in it, a sentence or two
};

/// The bytes of a picture, drawn by gnuplot; of PictureFormat::tsv the table. Width in pixels, the
/// height being three quarters of it. Throws OptionError without a point, or for a gif; Error if
/// there is no gnuplot, or it fails.
std::string picture(const Chart& chart, PictureFormat format, int width = 800);

/// "curve", x and y, separated by tabs, a line for each point.
std::string table(const Chart& chart);

/// A run's epochs, those of a refit left out.
struct RunLog {
  std::string name;                 ///< of the run
  std::vector<EpochReport> epochs;  ///< of what the lines tell; rows are 0 where they do not
};

/// The runs of a file of JSON lines: one of `hogwild train --log`, or each contender of `hogwild
/// compare --json`. Lines of other events are passed over. Throws IoError, ParseError, and
/// DataError where there is no epoch.
std::vector<RunLog> read_run_logs(const std::string& path);

enum class ChartX { epoch, seconds, rows };
enum class ChartY { loss, learning_rate, speed };

/// Loss: a curve of training and, dashed, one of validation for each run, training's being the mean
/// before each update. Speed: rows a second by epoch. Throws OptionError where a run does not tell
/// what is asked.
Chart chart_of(const std::vector<RunLog>& runs, ChartX x, ChartY y);

/// Speed by threads: a curve for each rule and strategy, from the slowest round to the fastest, and
/// a line of threads that each are as fast as the first.
Chart scaling_chart_of(const std::vector<lab::ScalePoint>& points);

/// The same of files of lines of `hogwild scale --json`. Throws IoError, ParseError, and DataError
/// where there is no such line.
Chart scaling_chart_of(const std::vector<std::string>& paths);

}  // namespace hogwild
