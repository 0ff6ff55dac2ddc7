// A column of dates, as ISO 8601 has them, or as 3/31/2026 and 31.3.2026: what is periodic in them
// becomes categories.
#include <fmt/format.h>

#include <chrono>
#include <optional>

#include "data/recipe/kinds.hpp"

namespace hogwild {
namespace {

struct Date {
  std::chrono::year_month_day day;
  std::optional<int> hour;
};

// Takes a number of so many digits off the front of a text.
std::optional<int> take_number(std::string_view& text, std::size_t least, std::size_t most) {
  std::size_t digits = 0;
  int number = 0;
  for (; digits < text.size() && digits < most; ++digits) {
    const auto digit = static_cast<unsigned char>(text[digits] - '0');
    if (digit > 9) break;
    number = 10 * number + digit;
  }
  if (digits < least) return std::nullopt;
  text.remove_prefix(digits);
  return number;
}

bool take(std::string_view& text, char c) {
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

// Behind a day: " 14", "T14:30", "T14:30:05.25Z", "T14:30+01:00".
bool take_time(std::string_view& text, std::optional<int>& hour) {
  if (!take(text, 'T') && !take(text, ' ')) return text.empty();
  hour = take_number(text, 1, 2);
  if (!hour || *hour > 23) return false;
  for (int k = 0; k < 2 && take(text, ':'); ++k) {
    const auto part = take_number(text, 2, 2);
    if (!part || *part > 60) return false;
  }
  if (take(text, '.') && !take_number(text, 1, 9)) return false;
  if (take(text, 'Z')) return text.empty();
  if (take(text, '+') || take(text, '-')) {
    if (!take_number(text, 2, 2)) return false;
    take(text, ':');
    if (!text.empty() && !take_number(text, 2, 2)) return false;
  }
  return text.empty();
}

std::optional<Date> date_in(std::string_view text) {
  const auto first = take_number(text, 1, 4);
  if (!first || text.empty()) return std::nullopt;
  const char separator = text.front();
  if (separator != '-' && separator != '/' && separator != '.') return std::nullopt;
  text.remove_prefix(1);
  const auto second = take_number(text, 1, 2);
  if (!second || !take(text, separator)) return std::nullopt;
  const auto third = take_number(text, 1, 4);
  if (!third) return std::nullopt;
  constexpr int kYear = 1000;  // and more are years, of four digits
  int year = 0, month = 0, day = 0;
  if (*first >= kYear && separator != '.') {
    year = *first, month = *second, day = *third;
  } else if (*third < kYear || separator == '-') {
    return std::nullopt;
  } else if (separator == '/') {
    month = *first, day = *second, year = *third;
  } else {
    day = *first, month = *second, year = *third;
  }
  Date date{std::chrono::year(year) / month / day, {}};
  if (!date.day.ok() || !take_time(text, date.hour)) return std::nullopt;
  return date;
}

}  // namespace

bool may_be_date(std::string_view value) {
  return date_in(value).has_value();
}

bool make_date(const PreparedColumn& column, std::string_view value, FeatureSink& sink) {
  const auto date = date_in(value);
  if (!date) return false;
  const auto add = [&](std::string_view part, unsigned number) {
    sink.add(column, part, fmt::format_int(number).c_str(), 1);
  };
  sink.add(column, ".year", "", static_cast<float>(static_cast<int>(date->day.year())));
  add(".month=", static_cast<unsigned>(date->day.month()));
  add(".weekday=", std::chrono::weekday(std::chrono::sys_days(date->day)).iso_encoding());
  if (date->hour) add(".hour=", static_cast<unsigned>(*date->hour));
  return true;
}

}  // namespace hogwild
