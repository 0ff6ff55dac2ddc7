// Text that somebody sent, in JSON.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace hogwild {

/// A quoted string; what is no UTF-8 becomes a mark of its own.
inline std::string json_string(std::string_view text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace hogwild
