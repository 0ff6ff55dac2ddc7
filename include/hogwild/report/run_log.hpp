// What runs have logged, read again and put into a chart.
#pragma once

#include <string>
#include <vector>

#include "hogwild/lab/scale.hpp"
#include "hogwild/report/chart.hpp"
#include "hogwild/train/result.hpp"

namespace [[gnu::visibility("default")]] hogwild {

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
