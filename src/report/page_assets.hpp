// The style and the script of a page, as they are in page.css and page.js.
#pragma once

#include <string_view>

namespace hogwild {

extern const std::string_view kPageStyle;
extern const std::string_view kPageScript;

}  // namespace hogwild
