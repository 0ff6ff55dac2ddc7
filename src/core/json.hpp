// JSON as this library reads and writes it.
#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>
#include <utility>

namespace hogwild {

using Json = nlohmann::ordered_json;

/// In one line. Names of features and files may hold any bytes, JSON holds UTF-8 only: what is not
/// UTF-8 becomes U+FFFD.
inline std::string in_one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// A number of JSON as a T, where it is one. Throws Json::exception: a cast of one that is out of
/// range would be undefined, or infinity.
template <class T>
T number_of(const Json& json) {
  bool fits = json.is_number();
  if constexpr (std::is_floating_point_v<T>) {
    const auto wide = fits ? json.get<double>() : 0;
    fits = fits && std::abs(wide) <= static_cast<double>(std::numeric_limits<T>::max());
  } else if (json.is_number_unsigned()) {
    fits = std::in_range<T>(json.get<std::uint64_t>());
  } else {
    fits = json.is_number_integer() && std::in_range<T>(json.get<std::int64_t>());
  }
  if (!fits) throw Json::type_error::create(302, "a number is missing or out of range", &json);
  return json.get<T>();
}

/// Any bytes as JSON: a text where they are UTF-8, else an object whose text has a character
/// U+0000 .. U+00FF for each byte.
inline Json json_of_bytes(const std::string& bytes) {
  Json json = bytes;
  try {
    json.dump();
    return json;
  } catch (const Json::type_error&) {
    std::string wide;
    for (const char c : bytes) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte >= 0x80) wide += static_cast<char>(byte < 0xc0 ? 0xc2 : 0xc3);
      wide += static_cast<char>(byte < 0x80 ? byte : 0x80 | (byte & 0x3f));
    }
    return {{"bytes", wide}};
  }
}

/// The bytes again. Throws Json::exception.
inline std::string bytes_of_json(const Json& json) {
  if (json.is_string()) return json.get<std::string>();
  const std::string wide = json.at("bytes").get<std::string>();
  std::string bytes;
  for (std::size_t at = 0; at < wide.size(); ++at) {
    const auto first = static_cast<unsigned char>(wide[at]);
    const bool is_pair = first >= 0x80 && at + 1 < wide.size();
    bytes += is_pair ? static_cast<char>((first & 3) << 6 | (wide[++at] & 0x3f)) : wide[at];
  }
  return bytes;
}

}  // namespace hogwild
