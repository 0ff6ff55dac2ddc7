#include "data/recipe/kinds.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace hogwild {
namespace {

constexpr std::array kKinds{
    ColumnKind{Role::date, "date", "a date such as 2026-03-31 or 2026-03-31 14:30", may_be_date,
               make_date},
    ColumnKind{Role::number, "number", "a number", may_be_number, make_number},
    ColumnKind{Role::text, "text", "a text", may_be_text, make_text},
    ColumnKind{Role::category, "category", "a word", [](std::string_view) { return true; },
               make_category}};

constexpr std::array kOtherRoles{std::pair{Role::drop, std::string_view("drop")},
                                 std::pair{Role::features, std::string_view("features")},
                                 std::pair{Role::label, std::string_view("label")},
                                 std::pair{Role::weight, std::string_view("weight")},
                                 std::pair{Role::id, std::string_view("id")}};

}  // namespace

std::span<const ColumnKind> column_kinds() noexcept {
  return kKinds;
}

const ColumnKind* column_kind(Role role) noexcept {
  const auto* const found = std::ranges::find(kKinds, role, &ColumnKind::role);
  return found == kKinds.end() ? nullptr : found;
}

std::string_view name_of(Role role) noexcept {
  if (const ColumnKind* const kind = column_kind(role)) return kind->name;
  return std::ranges::find(kOtherRoles, role, [](const auto& its) { return its.first; })->second;
}

std::optional<Role> role_named(std::string_view name) noexcept {
  for (const ColumnKind& kind : kKinds) {
    if (kind.name == name) return kind.role;
  }
  for (const auto& [role, its] : kOtherRoles) {
    if (its == name) return role;
  }
  return std::nullopt;
}

bool is_missing(std::string_view value) noexcept {
  if (value.empty()) return true;
  constexpr std::size_t kLongest = 4;
  if (value.size() > kLongest) return false;
  constexpr std::array<std::string_view, 5> kWords{"?", "na", "n/a", "nan", "null"};
  const auto is_same = [](char a, char b) { return (a >= 'A' && a <= 'Z' ? a | 0x20 : a) == b; };
  return std::ranges::any_of(
      kWords, [&](std::string_view word) { return std::ranges::equal(value, word, is_same); });
}

}  // namespace hogwild
