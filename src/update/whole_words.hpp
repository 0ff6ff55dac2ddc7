// What fills a state up to whole words of 8 bytes.
#pragma once

#include <cstddef>
#include <type_traits>

namespace hogwild {

struct Nothing {};

/// 4 bytes, or nothing, after a state of Size bytes, a multiple of 4.
template <std::size_t Size>
using WholeWords = std::conditional_t<Size % 8 == 0, Nothing, float>;

}  // namespace hogwild
