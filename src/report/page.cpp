#include "hogwild/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <boost/algorithm/string/replace.hpp>
#include <cmath>
#include <iterator>
#include <string_view>

#include "core/json.hpp"
#include "hogwild/core/version.hpp"

namespace hogwild {

// page.css and page.js.
extern const std::string_view kPageStyle, kPageScript;

namespace {

// Text as HTML: what would be markup is spelt out, and a byte that is not part of UTF-8 is
// replaced.
std::string escaped(std::string_view text) {
  const std::string quoted = in_one_line(Json(text));
  std::string html = Json::parse(quoted).get<std::string>();
  boost::replace_all(html, "&", "&amp;");
  boost::replace_all(html, "<", "&lt;");
  boost::replace_all(html, ">", "&gt;");
  boost::replace_all(html, "\"", "&quot;");
  return html;
}

template <class... Values>
void add(std::string& html, fmt::format_string<Values...> format, Values&&... values) {
  fmt::format_to(std::back_inserter(html), format, std::forward<Values>(values)...);
}

bool is_drawable(const Curve& curve, std::size_t i) {
  return std::isfinite(curve.x[i]) && std::isfinite(curve.y[i]);
}

// What a chart shows, for who does not see it.
std::string in_words(const Chart& chart) {
  std::string words = fmt::format("{}: {} over {}.", chart.title, chart.y_label, chart.x_label);
  for (const Curve& curve : chart.curves) {
    std::vector<double> ys;
    for (std::size_t i = 0; i < curve.y.size(); ++i) {
      if (is_drawable(curve, i)) ys.push_back(curve.y[i]);
    }
    if (curve.is_guide || ys.empty()) continue;
    const auto [least, most] = std::ranges::minmax(ys);
    fmt::format_to(std::back_inserter(words),
                   " {}: {} points from {:.4g} to {:.4g}, least {:.4g}, "
                   "most {:.4g}.",
                   curve.name, ys.size(), ys.front(), ys.back(), least, most);
  }
  return words;
}

void write_numbers(std::string& out, const Chart& chart) {
  const bool ranges =
      std::ranges::any_of(chart.curves, [](const Curve& curve) { return !curve.least.empty(); });
  add(out,
      "<details><summary>The numbers</summary><div class=\"scroll\" tabindex=\"0\" "
      "role=\"region\" aria-label=\"{}: the numbers\"><table>\n"
      "<thead><tr><th scope=\"col\">{}</th><th scope=\"col\">{}</th>{}</tr></thead>\n",
      escaped(chart.title), escaped(chart.x_label), escaped(chart.y_label),
      ranges ? "<th scope=\"col\">least</th><th scope=\"col\">most</th>" : "");
  for (const Curve& curve : chart.curves) {
    const std::string name = escaped(curve.name);
    add(out,
        "<tbody data-curve=\"{}\" data-colour=\"{}\"{}{}>"
        "<tr><th scope=\"rowgroup\" colspan=\"{}\">{}</th></tr>\n",
        name, curve.colour % 9, curve.is_dashed ? " data-dashed" : "",
        curve.is_guide ? " data-guide" : "", ranges ? 4 : 2, name);
    for (std::size_t i = 0; i < curve.x.size(); ++i) {
      if (!is_drawable(curve, i)) continue;
      const auto cell = [&out](double value) {
        add(out, "<td><data value=\"{0}\">{0:.6g}</data></td>", value);
      };
      out += "<tr>";
      cell(curve.x[i]);
      cell(curve.y[i]);
      if (ranges) {
        cell(curve.least.empty() ? curve.y[i] : curve.least[i]);
        cell(curve.most.empty() ? curve.y[i] : curve.most[i]);
      }
      out += "</tr>\n";
    }
    out += "</tbody>\n";
  }
  out += "</table></div></details>\n";
}

void write(std::string& out, const Chart& chart) {
  add(out, "<figure data-x=\"{}\" data-y=\"{}\"{}{}{}{}>\n<figcaption>{}</figcaption>\n",
      escaped(chart.x_label), escaped(chart.y_label), chart.log_x ? " data-log-x" : "",
      chart.log_y ? " data-log-y" : "", chart.from_zero ? " data-from-zero" : "",
      chart.bars ? " data-bars" : "", escaped(chart.title));
  if (!chart.text.empty()) add(out, "<p class=\"text\">{}</p>\n", escaped(chart.text));
  add(out,
      "<div class=\"plot\"><div class=\"picture\" tabindex=\"0\" role=\"group\" "
      "aria-roledescription=\"chart\" aria-label=\"{} Arrow keys tell values.\"></div>"
      "<output class=\"readout\" aria-live=\"polite\"></output></div>\n"
      "<div class=\"controls\" role=\"group\" aria-label=\"What is drawn\"></div>\n",
      escaped(in_words(chart)));
  write_numbers(out, chart);
  out += "</figure>\n";
}

void write(std::string& out, const Grid& grid) {
  add(out,
      "<div class=\"grid-table\" tabindex=\"0\" role=\"region\" aria-label=\"{0}\">"
      "<table><caption>{0}</caption>\n<thead><tr>",
      escaped(grid.title));
  for (const std::string& column : grid.columns) {
    add(out, "<th scope=\"col\">{}</th>", escaped(column));
  }
  out += "</tr></thead>\n<tbody>\n";
  for (const auto& row : grid.rows) {
    for (std::size_t k = 0; k < row.size(); ++k) {
      const std::string cell = escaped(row[k]);
      out += k == 0 ? "<tr><th scope=\"row\">" + cell + "</th>" : "<td>" + cell + "</td>";
    }
    out += "</tr>\n";
  }
  out += "</tbody></table></div>\n";
}

void write(std::string& out, const Section& section, std::size_t number) {
  add(out, "<section id=\"s{0}\" aria-labelledby=\"h{0}\"><h2 id=\"h{0}\">{1}</h2>\n", number,
      escaped(section.title));
  if (!section.text.empty()) add(out, "<p class=\"text\">{}</p>\n", escaped(section.text));
  if (!section.facts.empty()) {
    out += "<dl>\n";
    for (const auto& [name, value] : section.facts) {
      add(out, "<dt>{}</dt><dd>{}</dd>\n", escaped(name), escaped(value));
    }
    out += "</dl>\n";
  }
  out += "<div class=\"grids\">\n";
  for (const Grid& grid : section.grids) {
    if (!grid.is_folded) write(out, grid);
  }
  out += "</div>\n";
  if (!section.charts.empty()) {
    out += "<div class=\"figures\">\n";
    for (const Chart& chart : section.charts) write(out, chart);
    out += "</div>\n";
  }
  for (const Grid& grid : section.grids) {
    if (!grid.is_folded) continue;
    add(out, "<details><summary>{}</summary>\n", escaped(grid.title));
    write(out, grid);
    out += "</details>\n";
  }
  out += "</section>\n";
}

}  // namespace

std::string html(const Page& page) {
  std::string out;
  const std::string title = escaped(page.title);
  // The browser itself refuses whatever would leave the page.
  add(out,
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"color-scheme\" content=\"light dark\">\n"
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
      "<title>{}</title>\n<style>\n{}</style>\n</head>\n<body>\n<header>\n<h1>{}</h1>\n",
      title, kPageStyle, title);
  if (!page.text.empty()) add(out, "<p>{}</p>\n", escaped(page.text));
  out += "<nav aria-label=\"Sections\"><ul>\n";
  for (std::size_t k = 0; k < page.sections.size(); ++k) {
    add(out, "<li><a href=\"#s{}\">{}</a></li>\n", k, escaped(page.sections[k].title));
  }
  out +=
      "</ul></nav>\n<noscript><p>Pictures are drawn by the page's own script, which is off; the "
      "numbers are in the tables.</p></noscript>\n</header>\n<main>\n";
  for (std::size_t k = 0; k < page.sections.size(); ++k) write(out, page.sections[k], k);
  add(out,
      "</main>\n<footer>Made by hogwild {}.</footer>\n<script>\n{}</script>\n</body>\n</html>\n",
      kVersion, kPageScript);
  return out;
}

}  // namespace hogwild
