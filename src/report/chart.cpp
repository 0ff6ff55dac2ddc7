#include "hogwild/report/chart.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <iterator>
#include <set>

#include "hogwild/core/error.hpp"
#include "report/gnuplot.hpp"

namespace hogwild {
namespace {

constexpr std::size_t kFewPoints = 40;  // of a curve that shows each

// Axes from zero, and a tick at each x that has a point.
std::string axes_from_zero(const Chart& chart) {
  std::set<double> ticks;
  for (const Curve& curve : chart.curves) ticks.insert(curve.x.begin(), curve.x.end());
  return fmt::format("set xrange [0:*]\nset yrange [0:*]\nset xtics ({})", fmt::join(ticks, ", "));
}

}  // namespace

std::string table(const Chart& chart) {
  std::string text = fmt::format("curve\t{}\t{}\n", chart.x_label, chart.y_label);
  for (const Curve& curve : chart.curves) {
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      fmt::format_to(std::back_inserter(text), "{}\t{}\t{}", curve.name, curve.x[i], curve.y[i]);
      if (!curve.least.empty()) {
        fmt::format_to(std::back_inserter(text), "\t{}\t{}", curve.least[i], curve.most[i]);
      }
      text += '\n';
    }
  }
  return text;
}

std::string picture(const Chart& chart, PictureFormat format, int width) {
  if (format == PictureFormat::tsv) return table(chart);
  if (format == PictureFormat::gif) {
    throw OptionError("output",
                      "charts can't be animated; give a name that ends in .svg, .png or .tsv");
  }
  if (std::ranges::all_of(chart.curves, [](const Curve& c) { return c.x.empty(); })) {
    throw OptionError("output", "there is nothing to draw");
  }
  std::string script =
      fmt::format("set encoding utf8\nset terminal {}\n", gnuplot_terminal(format, width));
  const auto add = [&](const std::string& line) { script += line + "\n"; };
  add("set title " + quoted(chart.title));
  add("set xlabel " + quoted(chart.x_label));
  add("set ylabel " + quoted(chart.y_label));
  if (chart.log_x) add("set logscale x");
  if (chart.log_y) add("set logscale y");
  add("set grid lc rgb '#dddddd' lt 1\nset border 3\nset tics nomirror");
  add("set key outside below horizontal maxcols 2 samplen 3 noenhanced");
  if (chart.from_zero) add(axes_from_zero(chart));
  std::string plot;
  for (std::size_t k = 0; k < chart.curves.size(); ++k) {
    const Curve& curve = chart.curves[k];
    add(fmt::format("$curve{} << END", k));
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      std::string point = fmt::format("{} {}", curve.x[i], curve.y[i]);
      if (!curve.least.empty()) point += fmt::format(" {} {}", curve.least[i], curve.most[i]);
      add(point);
    }
    add("END");
    if (curve.x.empty()) continue;
    const bool dotted = curve.x.size() <= kFewPoints && !curve.is_guide && !chart.bars;
    fmt::format_to(
        std::back_inserter(plot), "{}$curve{} with {} lc rgb {} dt {} lw 2 {}title {}",
        plot.empty() ? "plot " : ", ", k,
        chart.bars             ? "histeps"
        : !curve.least.empty() ? "yerrorlines"
        : dotted               ? "linespoints"
                               : "lines",
        curve.is_guide ? quoted("#999999") : gnuplot_colour(static_cast<std::size_t>(curve.colour)),
        curve.is_dashed ? 2 : 1, dotted ? "pt 7 ps 0.5 " : "", quoted(curve.name));
  }
  add(plot);
  return gnuplot(script);
}

}  // namespace hogwild
