// The description of the service, as it is in openapi.json.
#pragma once

#include <string_view>

namespace hogwild {

extern const std::string_view kOpenApi;

}  // namespace hogwild
