// Test functions of two parameters, and the paths of the update rules on them, for pictures that
// show how a rule behaves. After figures 5 and 6 of Ruder, An overview of gradient descent
// optimization algorithms, 2016.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/data/dataset.hpp"
#include "hogwild/report/chart.hpp"
#include "hogwild/train/options.hpp"
#include "hogwild/update/update_rule.hpp"

namespace [[gnu::visibility("default")]] hogwild {

/// Two parameters.
struct Point {
  double x = 0;                                   ///< first parameter
  double y = 0;                                   ///< second parameter
  bool operator==(const Point&) const = default;  ///< whether both are equal
};

/// A closed interval.
struct Interval {
  double low = 0;   ///< smallest
  double high = 0;  ///< largest
  /// Whether a value is in it.
  bool holds(double value) const noexcept { return low <= value && value <= high; }
};

/// A function of two parameters.
struct Surface {
  std::string_view name;      ///< "beale", "saddle", "rosenbrock", "ravine", "himmelblau"
  std::string formula;        ///< the formula as text, for a title
  double (*value)(Point);     ///< the value at a point
  Point (*gradient)(Point);   ///< the gradient at a point
  std::vector<Point> minima;  ///< empty if the function is not bounded below
  Point start;                ///< a start at which paths differ clearly
  Interval x;                 ///< the range of x in a picture
  Interval y;                 ///< the range of y in a picture
  int steps = 0;              ///< number of steps that is enough for most rules

  /// Whether a point is in the picture.
  bool shows(Point p) const noexcept { return x.holds(p.x) && y.holds(p.y); }
};

/// All surfaces. Any thread may call it.
std::span<const Surface> surfaces();

/// The surface with this name. Throws OptionError if there is none.
const Surface& surface_named(std::string_view name);

/// The path of an update rule on a surface.
struct Path {
  std::string rule;           ///< name of the update rule
  float rate = 0;             ///< learning rate; 0: the rule has none
  std::vector<Point> points;  ///< the start, and the point after each step; the path ends before a
                              ///< step that would leave the picture
  bool left = false;          ///< whether a step would have left the picture
};

/// The path of steps with full gradients, by the same step() as in training. Throws OptionError for
/// a start outside the picture, and for a rule whose state has no weight (ftrl).
Path walk(const Surface& surface, const AnyUpdateRule& rule, float rate, Point start, int steps);

/// One step of momentum and one of Nesterov, from the same weights with the same velocity: the
/// survey's figure 4.
struct StepVectors {
  Point from;            ///< where both steps begin
  Point after_gradient;  ///< momentum, first part: the gradient step at `from`
  Point momentum;        ///< momentum, second part: the velocity is added
  Point lookahead;       ///< Nesterov, first part: the velocity is added
  Point nesterov;        ///< Nesterov, second part: the gradient step at `lookahead`
};

/// The vectors after `steps` steps of momentum. Throws OptionError if these leave the picture.
StepVectors compare_steps(const Surface& surface, float gamma, float rate, Point start, int steps);

/// A close-up of the four vectors, over contours; formats (but gif), width and errors as below.
std::string picture(const Surface& surface, const StepVectors& vectors, PictureFormat format,
                    int width = 800);

/// Draws contours, the paths from their start, and the minima; returns the bytes of the picture. A
/// gif is an animation of the steps. Starts gnuplot to draw. The width is in pixels; the height is
/// three quarters of it. Throws OptionError if there is no path; Error if gnuplot is not installed
/// or fails.
std::string picture(const Surface& surface, const std::vector<Path>& paths, PictureFormat format,
                    int width = 800);

/// A table with columns "rule rate step x y value", separated by tabs; one line per point.
std::string table(const Surface& surface, const std::vector<Path>& paths);

/// A learning rate at which the typical behaviour of a rule on a surface is visible.
float telling_rate(const Surface& surface, const AnyUpdateRule& rule);

/// The losses after steps of one batch size.
struct Fluctuation {
  std::uint64_t batch_size = 1;  ///< kFullBatch: all rows
  float learning_rate = 0;       ///< of all steps
  std::vector<double> losses;    ///< [updates + 1] mean loss of all rows, at first and after each

  /// How much of the way down was lost again: the sum of the rises over that of the falls.
  double rise() const noexcept;
};

/// Takes so many steps by sgd for each of the batch sizes, one train() each, at one learning rate:
/// options.learning_rate, or if that is absent the one that find_rate() finds for single rows. Rows
/// are taken in shuffled order. Of the options loss, rate, seed and class weights count. REQUIRES:
/// updates > 0. Throws as train() does.
std::vector<Fluctuation> fluctuations(const Dataset& data, const TrainOptions& options,
                                      std::span<const std::uint64_t> batch_sizes, int updates);

/// A curve for each.
Chart chart_of(const std::vector<Fluctuation>& fluctuations);

}  // namespace hogwild
