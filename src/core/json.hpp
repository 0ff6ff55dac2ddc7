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

}  // namespace hogwild
