#include "options/value_text.hpp"

#include <cctype>
#include <cmath>
#include <sstream>

namespace hogwild {

std::vector<std::string> parts_of(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{std::string(text)};
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

std::string short_exponent(std::string number) {
  for (const char* const zero : {"e-0", "e+0"}) {
    if (const auto at = number.find(zero); at != std::string::npos) number.erase(at + 2, 1);
  }
  return number;
}

std::optional<std::uint64_t> bytes_in(std::string_view text) {
  constexpr std::string_view kUnits = "bkmgtpe";
  const std::size_t digits = std::min(text.find_first_not_of("0123456789."), text.size());
  const auto number = signed_number_in<double>(text.substr(0, digits));
  std::string unit;
  for (const char c : text.substr(digits)) {
    if (c != ' ') unit += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  const std::size_t power = unit.empty() ? 0 : kUnits.find(unit[0]);
  const std::string_view rest = unit.empty() ? "" : std::string_view(unit).substr(1);
  const bool known = rest.empty() || (power > 0 && (rest == "b" || rest == "ib"));
  if (!number || power == std::string_view::npos || !known) return std::nullopt;
  const double bytes = std::ldexp(*number, 10 * static_cast<int>(power));
  if (!(bytes < 0x1p63)) return std::nullopt;
  return static_cast<std::uint64_t>(bytes);
}

}  // namespace hogwild
