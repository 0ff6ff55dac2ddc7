// A landscape and the paths on it, as a script for gnuplot or a table.
#include <fmt/format.h>

#include <algorithm>
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
  std::string script;
  const auto line = [&]<class... Args>(fmt::format_string<Args...> text, Args&&... args) {
    fmt::format_to(std::back_inserter(script), text, std::forward<Args>(args)...);
    script += '\n';
  };
  line("set encoding utf8");
  line("set terminal {}", gnuplot_terminal(format, width));
  line("$grid << END");
  std::vector<double> values;
  for (int i = 0; i < kGrid; ++i) {
    for (int j = 0; j < kGrid; ++j) {
      const Point p{at(surface.x, i), at(surface.y, j)};
      values.push_back(surface.value(p));
      line("{:.6g} {:.6g} {:.8g}", p.x, p.y, values.back());
    }
    line("");
  }
  line("END");
  std::size_t longest = 0;
  for (std::size_t k = 0; k < paths.size(); ++k) {
    longest = std::max(longest, paths[k].points.size() - 1);
    line("$path{} << END", k);
    for (const Point p : paths[k].points) line("{:.9g} {:.9g}", p.x, p.y);
    line("END");
  }
  line("$start << END");
  for (const Path& path : paths) line("{:.9g} {:.9g}", path.points[0].x, path.points[0].y);
  line("END");
  line("$minima << END");
  for (const Point p : surface.minima) line("{:.9g} {:.9g}", p.x, p.y);
  line("END");
  line("set contour base\nunset surface\nset cntrparam levels discrete {}",
       levels_of(std::move(values)));
  line("set table $contours\nsplot $grid using 1:2:3\nunset table");
  line("unset contour\nset surface");
  line("set xrange [{}:{}]\nset yrange [{}:{}]", surface.x.low, surface.x.high, surface.y.low,
       surface.y.high);
  line("set key outside below horizontal maxcols 3 samplen 2\nset xlabel 'x'\nset ylabel 'y'");
  const std::string plot = plot_command(surface, paths);
  if (format != PictureFormat::gif) {
    line("set title {}", quoted(surface.formula));
    line("last = {}", longest);
    line("{}", plot);
    return gnuplot(script);
  }
  // The first steps, which are the longest, slowly.
  for (int frame = 0; frame < kFrames + kLastFrames; ++frame) {
    const double share = std::min(1.0, static_cast<double>(frame) / (kFrames - 1));
    const auto last =
        static_cast<std::size_t>(std::lround(share * share * static_cast<double>(longest)));
    line("set title {}", quoted(fmt::format("{}: step {}", surface.formula, last)));
    line("last = {}", last);
    line("{}", plot);
  }
  return gnuplot(script);
}

}  // namespace hogwild
