// The numbers that an option takes.
#pragma once

#include <limits>
#include <optional>
#include <string>

namespace [[gnu::visibility("default")]] hogwild {

/// A range of finite numbers. A bound that is absent does not limit it.
struct Range {
  /// An end of a range.
  struct Bound {
    double value = 0;      ///< where it is
    bool included = true;  ///< whether the bound itself is in the range
  };
  std::optional<Bound> lowest{};   ///< absent: no limit
  std::optional<Bound> highest{};  ///< absent: no limit

  /// Whether a number is in it; infinity and NaN are in none.
  constexpr bool contains(double x) const noexcept {
    const bool finite =
        x <= std::numeric_limits<double>::max() && x >= std::numeric_limits<double>::lowest();
    return finite && (!lowest || x > lowest->value || (lowest->included && x == lowest->value)) &&
           (!highest || x < highest->value || (highest->included && x == highest->value));
  }
};

constexpr Range above(double x) noexcept {
  return {.lowest = Range::Bound{x, false}};
}
constexpr Range at_least(double x) noexcept {
  return {.lowest = Range::Bound{x, true}};
}
constexpr Range between(double low, double high) noexcept {
  return {Range::Bound{low, true}, Range::Bound{high, true}};
}
constexpr Range from_to_below(double low, double high) noexcept {
  return {Range::Bound{low, true}, Range::Bound{high, false}};
}
constexpr Range above_to(double low, double high) noexcept {
  return {Range::Bound{low, false}, Range::Bound{high, true}};
}

/// " above 0", " of at least 0", " from 1 to 31", " from 0 to below 1", " above 0 and at most 1";
/// empty without bounds. To be put behind "a number".
std::string in_words(const Range& range);

}  // namespace hogwild
