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

void Crosses::multiply(const std::vector<std::size_t>& cross, std::size_t k, std::size_t from,
                       float value, const ParseRules& rules, RowBatch& batch) {
  if (k == cross.size()) return add_named(name_, value, rules, batch);
  const Of& its = of_[cross[k]];
  const bool goes_on = k > 0 && cross[k - 1] == cross[k];
  const std::size_t size = name_.size();
  for (std::size_t i = goes_on ? from : 0; i < its.count; ++i) {
    const Noted& feature = its.features[i];
    if (goes_on && i == from && feature.value == 1) continue;  // a feature with itself
    if (k > 0) name_ += '*';
    name_ += feature.name;
    multiply(cross, k + 1, i, value * feature.value, rules, batch);
    name_.resize(size);
  }
}

void Crosses::add_to(const ParseRules& rules, RowBatch& batch) {
  for (const auto& cross : crosses_) {
    // Whatever order the row has them in.
    for (const std::size_t column : cross) {
      Of& its = of_[column];
      const bool is_twice = std::ranges::count(cross, column) > 1;
      if (is_twice) {
        std::ranges::sort(its.features.begin(),
                          its.features.begin() + static_cast<std::ptrdiff_t>(its.count), {},
                          &Noted::name);
      }
    }
    name_.clear();
    multiply(cross, 0, 0, 1, rules, batch);
  }
  forget();
}

void Crosses::forget() {
  for (Of& its : of_) its.count = 0;
}

}  // namespace hogwild
