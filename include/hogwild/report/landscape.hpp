// Functions of two parameters, and the paths that the update rules take on them: what a rule does,
// to be looked at. After the pictures of Ruder, An overview of gradient descent optimization
// algorithms, 2016, figures 5 and 6.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "hogwild/report/picture.hpp"
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
  bool holds(double value) const noexcept {
    return low <= value && value <= high;
  }  ///< whether a value is in it
};

/// A function of two parameters.
struct Surface {
  std::string_view name;      ///< "beale", "saddle", "rosenbrock", "ravine", "himmelblau"
  std::string formula;        ///< in words for a title
  double (*value)(Point);     ///< of a point
  Point (*gradient)(Point);   ///< at a point
  std::vector<Point> minima;  ///< none where it has no bound
  Point start;                ///< from where its paths tell most
  Interval x;                 ///< worth seeing
  Interval y;                 ///< likewise
  int steps = 0;              ///< that get most rules to the end

  /// Whether a point is in the picture.
  bool shows(Point p) const noexcept { return x.holds(p.x) && y.holds(p.y); }
};

/// All of them. Thread safety: any.
std::span<const Surface> surfaces();

/// Throws OptionError.
const Surface& surface_named(std::string_view name);

/// Where a rule has been.
struct Path {
  std::string rule;           ///< name of the update rule
  float rate = 0;             ///< 0: the rule has none
  std::vector<Point> points;  ///< the start, and where each step led; on the surface's part worth
                              ///< seeing: it ends before a step that would leave it
  bool left = false;          ///< whether there was such a step
};

/// A path by full gradients, with the very step() that trains. Throws OptionError for a start that
/// is not in sight, and a rule whose state keeps no weight (ftrl).
Path walk(const Surface& surface, const AnyUpdateRule& rule, float rate, Point start, int steps);

/// One step of momentum and one of Nesterov, from the same weights with the same velocity: the
/// survey's figure 4.
struct StepVectors {
  Point from;            ///< where both steps begin
  Point after_gradient;  ///< momentum first goes down the gradient where it stands,
  Point momentum;        ///< then on as it went before
  Point lookahead;       ///< Nesterov first goes on as before,
  Point nesterov;        ///< then down the gradient that it finds there
};

/// After so many of momentum's steps. Throws OptionError if they lead out of sight.
StepVectors compare_steps(const Surface& surface, float gamma, float rate, Point start, int steps);

/// The four vectors over contours, from close by; formats, width and errors as below.
std::string picture(const Surface& surface, const StepVectors& vectors, PictureFormat format,
                    int width = 800);

/// The bytes of a picture: contours, the paths from the start on, what minima there are; of a gif
/// as it goes on, step by step. Drawn by gnuplot, which is started for it. Width in pixels, the
/// height being three quarters of it. Throws OptionError without a path; Error if there is no
/// gnuplot, or it fails.
std::string picture(const Surface& surface, const std::vector<Path>& paths, PictureFormat format,
                    int width = 800);

/// "rule rate step x y value", separated by tabs, a line for each point.
std::string table(const Surface& surface, const std::vector<Path>& paths);

/// A rate with which a rule shows its character on a surface.
float telling_rate(const Surface& surface, const AnyUpdateRule& rule);

}  // namespace hogwild
