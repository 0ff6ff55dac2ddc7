#include "data/text/field_scan.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "data/text/scan.hpp"

// This file is compiled once for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/text/field_scan.cpp"
#include <hwy/foreach_target.h>
// After the above.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "data/text/marks.hpp"

HWY_BEFORE_NAMESPACE();
namespace hogwild {
namespace HWY_NAMESPACE {

struct IsEnd {
  std::uint8_t separator;

  template <class D, class V>
  HWY_INLINE auto operator()(D bytes, V v) const {
    return hn::Or(hn::Eq(v, hn::Set(bytes, separator)),
                  hn::Eq(v, hn::Set(bytes, static_cast<std::uint8_t>('\n'))));
  }
};

struct IsQuote {
  template <class D, class V>
  HWY_INLINE auto operator()(D bytes, V v) const {
    return hn::Eq(v, hn::Set(bytes, static_cast<std::uint8_t>('"')));
  }
};

// Writes the ends of the fields in text[begin, begin + size) that lie before the first quote, and
// returns how many there are. stopped: whether there is a quote.
std::size_t find_field_ends(const char* text, std::size_t begin, std::size_t size, char separator,
                            bool quoted, std::uint32_t* ends, bool& stopped) {
  const IsEnd is_end{static_cast<std::uint8_t>(separator)};
  std::uint32_t* out = ends;
  char last[kMaskedBytes];
  for (std::size_t done = 0; done < size; done += kMaskedBytes) {
    const char* block = text + begin + done;
    hwy::Prefetch(block + FieldScan::kWindow);
    if (size - done < kMaskedBytes) {
      std::memset(last, 'a', sizeof last);
      std::memcpy(last, block, size - done);
      block = last;
    }
    Mask marked = 0, quotes = 0;
    mark(block, is_end, &marked);
    if (quoted) {
      mark(block, IsQuote(), &quotes);
      if (quotes != 0) {
        marked &= (quotes & (0 - quotes)) - 1;
        stopped = true;
      }
    }
    const auto base = static_cast<std::uint32_t>(begin + done);
    for (; marked != 0; marked &= marked - 1) {
      *out++ = base + static_cast<std::uint32_t>(std::countr_zero(marked));
    }
    if (quotes != 0) break;
  }
  return static_cast<std::size_t>(out - ends);
}

}  // namespace HWY_NAMESPACE
}  // namespace hogwild
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hogwild {

HWY_EXPORT(find_field_ends);

bool FieldScan::next() noexcept {
  [[maybe_unused]] static const char* const heeds_environment = scan_instruction_set();
  if (stopped_ || at_ >= end_) return false;
  const std::size_t size = std::min(window_, end_ - at_);
  window_ = std::min(2 * window_, kWindow);
  count_ = HWY_DYNAMIC_DISPATCH(find_field_ends)(text_, at_, size, dialect_.separator,
                                                 dialect_.quoted, ends_.data(), stopped_);
  at_ += size;
  return true;
}

}  // namespace hogwild
#endif
