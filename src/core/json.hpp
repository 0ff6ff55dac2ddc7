// JSON as this library reads and writes it.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace hogwild {

using Json = nlohmann::ordered_json;

/// In one line. Names of features and files may hold any bytes, JSON holds UTF-8 only: what is not
/// UTF-8 becomes U+FFFD.
inline std::string in_one_line(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
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
