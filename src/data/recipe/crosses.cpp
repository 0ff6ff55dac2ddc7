#include "data/recipe/crosses.hpp"

#include <algorithm>

namespace hogwild {

Crosses::Crosses(const Recipe& recipe)
    : crossed_(recipe.columns.size(), false), of_(recipe.columns.size()) {
  for (const Cross& cross : recipe.crosses) {
    std::vector<std::size_t>& columns = crosses_.emplace_back();
    for (const std::string& name : cross) {
      const Column* const column = recipe.find(name);
      if (column == nullptr) continue;  // json_of() and choose_recipe() know better
      columns.push_back(static_cast<std::size_t>(column - recipe.columns.data()));
      crossed_[columns.back()] = true;
    }
    // Columns alike stand side by side, so that each pair of their features is met once.
    for (std::size_t k = 1; k < columns.size(); ++k) {
      const auto begin = columns.begin(), at = begin + static_cast<std::ptrdiff_t>(k);
      const auto same = std::find(begin, at, *at);
      if (same != at) std::rotate(same + 1, at, at + 1);
    }
  }
}

void Crosses::note(std::size_t column, std::string_view name, float value) {
  Of& its = of_[column];
  if (its.count == its.features.size()) its.features.emplace_back();
  its.features[its.count].name = name;
  its.features[its.count++].value = value;
}

void Crosses::sort_those_met_twice(const std::vector<std::size_t>& cross) {
  for (std::size_t k = 1; k < cross.size(); ++k) {
    if (cross[k] != cross[k - 1]) continue;
    Of& its = of_[cross[k]];
    const auto begin = its.features.begin();
    std::ranges::sort(begin, begin + static_cast<std::ptrdiff_t>(its.count), {}, &Noted::name);
  }
}

void Crosses::forget() {
  if (crosses_.empty()) return;
  for (Of& its : of_) its.count = 0;
}

}  // namespace hogwild
