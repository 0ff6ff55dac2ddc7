// A landscape and the paths on it, as a script for gnuplot or a table.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "hogwild/core/error.hpp"
#include "hogwild/report/landscape.hpp"
#include "report/gnuplot.hpp"

namespace hogwild {
namespace {

constexpr int kGrid = 160;   // points a side, of which contours are made
constexpr int kLevels = 24;  // contours
constexpr int kFrames = 90;  // of an animation
constexpr int kLastFrames = 25;

double at(const Interval& interval, int k) {
  return interval.low + (interval.high - interval.low) * k / (kGrid - 1);
}

// Evenly spaced by area, so that steep and flat parts both have lines.
std::string levels_of(std::vector<double> values) {
  std::ranges::sort(values);
  std::string levels;
  for (int k = 1; k <= kLevels; ++k) {
    const double share = std::pow(static_cast<double>(k) / (kLevels + 1), 2);
    const auto place = static_cast<std::size_t>(share * static_cast<double>(values.size()));
    fmt::format_to(std::back_inserter(levels), "{}{:.6g}", k > 1 ? "," : "", values[place]);
  }
  return levels;
}

std::string legend(const Path& path) {
  const std::string rate = path.rate > 0 ? fmt::format(" {:g}", path.rate) : "";
  return fmt::format("{}{}, {} steps{}", path.rule, rate, path.points.size() - 1,
                     path.left ? ", then out" : "");
}

// Of lines that end as lines do.
struct Script {
  template <class... Args>
  void line(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text), format, std::forward<Args>(args)...);
    text += '\n';
  }

  std::string text;
};

// Makes $contours of the part in sight.
void add_contours(Script& script, const Surface& surface, Interval x, Interval y) {
  script.line("$grid << END");
  std::vector<double> values;
  for (int i = 0; i < kGrid; ++i) {
    for (int j = 0; j < kGrid; ++j) {
      const Point p{at(x, i), at(y, j)};
      values.push_back(surface.value(p));
      script.line("{:.6g} {:.6g} {:.8g}", p.x, p.y, values.back());
    }
    script.line("");
  }
  script.line("END");
  script.line("set contour base\nunset surface\nset cntrparam levels discrete {}",
              levels_of(std::move(values)));
  script.line("set table $contours\nsplot $grid using 1:2:3\nunset table");
  script.line("unset contour\nset surface");
  script.line("set xrange [{}:{}]\nset yrange [{}:{}]", x.low, x.high, y.low, y.high);
  script.line("set xlabel 'x'\nset ylabel 'y'");
}

// Draws the paths up to the step that gnuplot's variable `last` names.
std::string plot_command(const Surface& surface, const std::vector<Path>& paths) {
  std::string plot = "plot $contours with lines lc rgb '#c8c8c8' lw 1 notitle";
  for (std::size_t k = 0; k < paths.size(); ++k) {
    fmt::format_to(std::back_inserter(plot),
                   ", $path{} every ::0::last with lines lc rgb {} lw 2.5 title {}", k,
                   gnuplot_colour(k), quoted(legend(paths[k])));
  }
  for (std::size_t k = 0; k < paths.size(); ++k) {
    fmt::format_to(std::back_inserter(plot),
                   ", $path{0} every ::(last < {1} ? last : {1})::(last < {1} ? last : {1}) "
                   "with points pt 7 ps 1.1 lc rgb {2} notitle",
                   k, paths[k].points.size() - 1, gnuplot_colour(k));
  }
  plot += ", $start with points pt 6 ps 1.6 lw 2 lc rgb '#000000' title 'start'";
  if (!surface.minima.empty()) {
    plot += ", $minima with points pt 3 ps 1.8 lw 2 lc rgb '#000000' title 'minimum'";
  }
  return plot;
}

}  // namespace

std::string table(const Surface& surface, const std::vector<Path>& paths) {
  std::string text = "rule\trate\tstep\tx\ty\tvalue\n";
  for (const Path& path : paths) {
    for (std::size_t k = 0; k < path.points.size(); ++k) {
      const Point p = path.points[k];
      fmt::format_to(std::back_inserter(text), "{}\t{:g}\t{}\t{:.9g}\t{:.9g}\t{:.9g}\n", path.rule,
                     path.rate, k, p.x, p.y, surface.value(p));
    }
  }
  return text;
}

std::string picture(const Surface& surface, const std::vector<Path>& paths, PictureFormat format,
                    int width) {
  if (format == PictureFormat::tsv) return table(surface, paths);
  if (paths.empty()) throw OptionError("optimizer", "there is no path to draw");
  Script script;
  script.line("set encoding utf8");
  script.line("set terminal {}", gnuplot_terminal(format, width));
  add_contours(script, surface, surface.x, surface.y);
  std::size_t longest = 0;
  for (std::size_t k = 0; k < paths.size(); ++k) {
    longest = std::max(longest, paths[k].points.size() - 1);
    script.line("$path{} << END", k);
    for (const Point p : paths[k].points) script.line("{:.9g} {:.9g}", p.x, p.y);
    script.line("END");
  }
  script.line("$start << END");
  for (const Path& path : paths) script.line("{:.9g} {:.9g}", path.points[0].x, path.points[0].y);
  script.line("END");
  script.line("$minima << END");
  for (const Point p : surface.minima) script.line("{:.9g} {:.9g}", p.x, p.y);
  script.line("END");
  script.line("set key outside below horizontal maxcols 3 samplen 2");
  const std::string plot = plot_command(surface, paths);
  // The first steps, which are the longest, slowly; of a still picture the last frame.
  const bool moves = format == PictureFormat::gif;
  for (int frame = moves ? 0 : kFrames + kLastFrames - 1; frame < kFrames + kLastFrames; ++frame) {
    const double share = std::min(1.0, static_cast<double>(frame) / (kFrames - 1));
    const auto last =
        static_cast<std::size_t>(std::lround(share * share * static_cast<double>(longest)));
    const std::string step = moves ? fmt::format(": step {}", last) : "";
    script.line("set title {}\nlast = {}\n{}", quoted(surface.formula + step), last, plot);
  }
  return gnuplot(script.text);
}

std::string picture(const Surface& surface, const StepVectors& vectors, PictureFormat format,
                    int width) {
  struct Arrow {
    const char* name;
    Point from, to;
    std::size_t colour;
    int dash;
  };
  const std::array<Arrow, 4> arrows{
      Arrow{"momentum: the gradient here", vectors.from, vectors.after_gradient, 1, 1},
      Arrow{"momentum: on as before", vectors.after_gradient, vectors.momentum, 1, 2},
      Arrow{"nesterov: on as before", vectors.from, vectors.lookahead, 3, 2},
      Arrow{"nesterov: the gradient there", vectors.lookahead, vectors.nesterov, 3, 1}};
  if (format == PictureFormat::tsv) {
    std::string text = "vector\tx\ty\tto x\tto y\n";
    for (const Arrow& a : arrows) {
      fmt::format_to(std::back_inserter(text), "{}\t{:.9g}\t{:.9g}\t{:.9g}\t{:.9g}\n", a.name,
                     a.from.x, a.from.y, a.to.x, a.to.y);
    }
    return text;
  }
  if (format == PictureFormat::gif) {
    throw OptionError("output",
                      "vectors can't be animated; give a name that ends in .svg, .png or .tsv");
  }
  // As near as all of them allow.
  Interval x{vectors.from.x, vectors.from.x}, y{vectors.from.y, vectors.from.y};
  for (const Arrow& a : arrows) {
    x = {std::min(x.low, a.to.x), std::max(x.high, a.to.x)};
    y = {std::min(y.low, a.to.y), std::max(y.high, a.to.y)};
  }
  const double margin = 0.3 * std::max({x.high - x.low, y.high - y.low, 1e-6});
  Script script;
  script.line("set encoding utf8");
  script.line("set terminal {}", gnuplot_terminal(format, width));
  add_contours(script, surface, {x.low - margin, x.high + margin},
               {y.low - margin, y.high + margin});
  script.line("set key outside below horizontal maxcols 2 samplen 3");
  script.line("set title {}", quoted(surface.formula));
  script.line("plot $contours with lines lc rgb '#c8c8c8' lw 1 notitle\\");
  for (const Arrow& a : arrows) {
    script.line(
        ", '+' every ::0::0 using ({:.9g}):({:.9g}):({:.9g}):({:.9g}) with vectors filled "
        "head lw 3 lc rgb {} dt {} title {}\\",
        a.from.x, a.from.y, a.to.x - a.from.x, a.to.y - a.from.y, gnuplot_colour(a.colour), a.dash,
        quoted(a.name));
  }
  script.line("");
  return gnuplot(script.text);
}

}  // namespace hogwild
