// A column of numbers: its value, or the bin that it is in.
#include <fmt/format.h>

#include <algorithm>
#include <string>

#include "data/recipe/change.hpp"
#include "data/recipe/kinds.hpp"
#include "data/recipe/notation.hpp"
#include "data/text/number.hpp"

namespace hogwild {

std::optional<float> whole_number(std::string_view value) noexcept {
  float number = 0;
  if (!is_whole_number(value.data(), value.data() + value.size(), number)) return std::nullopt;
  return number;
}

bool may_be_number(std::string_view value) {
  return whole_number(value).has_value();
}

void make_number(const PreparedColumn& column, float value, FeatureSink& sink) {
  const std::vector<float>& edges = column.column.bins;
  if (edges.empty()) {
    sink.add(column, "", "", changed(column.column, value));
    return;
  }
  const auto bin = std::ranges::upper_bound(edges, value) - edges.begin();
  sink.add(column, "=", fmt::format_int(bin).c_str(), 1);
}

bool make_number(const PreparedColumn& column, std::string_view value, FeatureSink& sink) {
  // What stands for nothing in a column of words is nothing here, too.
  if (value == "None" || value == "none") {
    sink.add_missing(column);
    return true;
  }
  const auto number = number_written(value, column.column.notation);
  if (!number) return false;
  make_number(column, *number, sink);
  return true;
}

}  // namespace hogwild
