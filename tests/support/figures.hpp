// What a page draws: the numbers of the tables behind its pictures.
#pragma once

#include <cstdlib>
#include <map>
#include <regex>
#include <string>
#include <utility>
#include <vector>

namespace hogwild::test {

struct Figure {
  std::string title;
  std::map<std::string, std::vector<std::pair<double, double>>> curves;  // points by name
};

// The parts of text between begin and end.
inline std::vector<std::string> parts(const std::string& text, const std::string& begin,
                                      const std::string& end) {
  std::vector<std::string> found;
  for (std::size_t at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
    at += begin.size();
    const std::size_t stop = text.find(end, at);
    if (stop == std::string::npos) break;
    found.push_back(text.substr(at, stop - at));
  }
  return found;
}

inline std::vector<Figure> figures(const std::string& page) {
  std::vector<Figure> found;
  for (const std::string& figure : parts(page, "<figure", "</figure>")) {
    Figure& made = found.emplace_back();
    made.title = parts(figure, "<figcaption>", "</figcaption>").at(0);
    for (const std::string& body : parts(figure, "<tbody data-curve=\"", "</tbody>")) {
      auto& points = made.curves[body.substr(0, body.find('"'))];
      std::vector<double> numbers;
      for (const std::string& value : parts(body, "<data value=\"", "\"")) {
        numbers.push_back(std::strtod(value.c_str(), nullptr));
      }
      // x, y, and maybe y's least and most.
      const bool ranges = figure.find("<th scope=\"col\">least</th>") != std::string::npos;
      for (std::size_t k = 0; k + 1 < numbers.size(); k += ranges ? 4 : 2) {
        points.emplace_back(numbers[k], numbers[k + 1]);
      }
    }
  }
  return found;
}

// The one whose title begins so; empty if there is none.
inline Figure figure(const std::string& page, const std::string& title) {
  for (Figure& found : figures(page)) {
    if (found.title.starts_with(title)) return found;
  }
  return {};
}

// The cells of the table of that caption, by rows.
inline std::vector<std::vector<std::string>> cells(const std::string& page,
                                                   const std::string& caption) {
  std::vector<std::vector<std::string>> rows;
  for (const std::string& table : parts(page, "<table><caption>" + caption, "</table>")) {
    const std::string body = parts(table, "<tbody>", "</tbody>").at(0);
    for (const std::string& row : parts(body, "<tr>", "</tr>")) {
      auto& found = rows.emplace_back();
      const std::regex cell("<t[hd][^>]*>([^<]*)</t[hd]>");
      for (std::sregex_iterator at(row.begin(), row.end(), cell), end; at != end; ++at) {
        found.push_back((*at)[1]);
      }
    }
  }
  return rows;
}

}  // namespace hogwild::test
