#include "hogwild/core/range.hpp"

#include <fmt/format.h>

namespace hogwild {

std::string in_words(const Range& range) {
  const auto& [lowest, highest] = range;
  if (!lowest) return highest ? fmt::format(" of at most {}", highest->value) : "";
  if (!highest)
    return fmt::format(" {} {}", lowest->included ? "of at least" : "above", lowest->value);
  if (!lowest->included)
    return fmt::format(" above {} and at most {}", lowest->value, highest->value);
  return fmt::format(" from {} to {}{}", lowest->value, highest->included ? "" : "below ",
                     highest->value);
}

}  // namespace hogwild
