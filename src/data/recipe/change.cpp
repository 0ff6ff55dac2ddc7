#include "data/recipe/change.hpp"

#include <algorithm>
#include <array>
#include <cmath>

namespace hogwild {
namespace {

constexpr std::array kChanges{
    NumberChange{Change::none, "none", [](const Column&, float value) { return value; }},
    NumberChange{Change::log, "log",
                 [](const Column&, float value) {
                   return std::copysign(std::log1p(std::abs(value)), value);
                 }},
    NumberChange{Change::sqrt, "sqrt",
                 [](const Column&, float value) {
                   return std::copysign(std::sqrt(std::abs(value)), value);
                 }},
    NumberChange{Change::clip, "clip", [](const Column& column, float value) {
                   return std::clamp(value, column.least, column.most);
                 }}};

}  // namespace

std::span<const NumberChange> number_changes() noexcept {
  return kChanges;
}

const NumberChange* change_named(std::string_view name) noexcept {
  const auto* const found = std::ranges::find(kChanges, name, &NumberChange::name);
  return found == kChanges.end() ? nullptr : found;
}

float changed(const Column& column, float value) noexcept {
  if (column.change == Change::none) return value;
  return std::ranges::find(kChanges, column.change, &NumberChange::change)->apply(column, value);
}

}  // namespace hogwild
