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

struct IsByte {
  std::uint8_t byte;

  template <class D, class V>
  HWY_INLINE auto operator()(D bytes, V v) const {
    return hn::Eq(v, hn::Set(bytes, byte));
  }
};

struct IsEnd {
  std::uint8_t separator;

  template <class D, class V>
  HWY_INLINE auto operator()(D bytes, V v) const {
    return hn::Or(IsByte{separator}(bytes, v), IsByte{'\n'}(bytes, v));
  }
};

// Bit k is the parity of the bits up to k.
HWY_INLINE Mask parities(Mask bits) {
  for (int shift = 1; shift < 64; shift *= 2) bits ^= bits << shift;
  return bits;
}

// Leaves of the marked ends those outside quotes, up to the first field that is not plain. Some
// bytes are quotes, or the block begins in quotes.
HWY_INLINE Mask outside_quotes(const char* block, Mask marked, Mask quotes, FieldState& state) {
  Mask line_ends = 0;
  mark(block, IsByte{'\n'}, &line_ends);
  const Mask inside = parities(quotes) ^ (state.in_quotes ? ~Mask{0} : 0);
  const Mask outside = marked & ~inside;
  const Mask may_open = (outside << 1) | (state.at_begin ? 1 : 0);
  const Mask strange = (quotes & inside & ~may_open) | (line_ends & inside);
  state.in_quotes = (inside >> 63) != 0;
  state.stopped = strange != 0;
  return state.stopped ? outside & ((strange & (0 - strange)) - 1) : outside;
}

// Writes the ends of the plain fields in text[begin, begin + size), and returns how many there are.
std::size_t find_field_ends(const char* text, std::size_t begin, std::size_t size, char separator,
                            bool quoted, std::uint32_t* ends, FieldState& state) {
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
      mark(block, IsByte{'"'}, &quotes);
      if (quotes != 0 || state.in_quotes) {
        state.quoted = true;
        marked = outside_quotes(block, marked, quotes, state);
      }
      state.at_begin = (marked >> 63) != 0;
    }
    const auto base = static_cast<std::uint32_t>(begin + done);
    for (; marked != 0; marked &= marked - 1) {
      *out++ = base + static_cast<std::uint32_t>(std::countr_zero(marked));
    }
    if (state.stopped) break;
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
  if (state_.stopped || at_ >= end_) return false;
  const std::size_t size = std::min(window_, end_ - at_);
  window_ = std::min(2 * window_, kWindow);
  state_.quoted = state_.in_quotes;
  count_ = HWY_DYNAMIC_DISPATCH(find_field_ends)(text_, at_, size, dialect_.separator,
                                                 dialect_.quoted, ends_.data(), state_);
  at_ += size;
  return true;
}

}  // namespace hogwild
#endif
