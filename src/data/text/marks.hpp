// Which of 64 bytes are of a kind, as a mask. Included by files that Highway compiles once for
// every instruction set, for each of them.
#if defined(HOGWILD_DATA_TEXT_MARKS) == defined(HWY_TARGET_TOGGLE)
#ifdef HOGWILD_DATA_TEXT_MARKS
#undef HOGWILD_DATA_TEXT_MARKS
#else
#define HOGWILD_DATA_TEXT_MARKS
#endif

#include <hwy/highway.h>

#include <cstddef>
#include <cstdint>

HWY_BEFORE_NAMESPACE();
namespace hogwild {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

using Mask = std::uint64_t;  // of 64 bytes

constexpr std::size_t kMaskedBytes = 64;

// Sets bit k of *to where is(byte k).
template <class Is>
HWY_INLINE void mark(const char* block, const Is& is, Mask* to) {
#if HWY_TARGET == HWY_SCALAR
  const hn::ScalableTag<std::uint8_t> bytes;
  Mask mask = 0;
  for (std::size_t k = 0; k < kMaskedBytes; ++k) {
    const auto byte = hn::Set(bytes, static_cast<std::uint8_t>(block[k]));
    mask |= Mask{hn::CountTrue(bytes, is(bytes, byte))} << k;
  }
  *to = mask;
#else
  const hn::CappedTag<std::uint8_t, kMaskedBytes> bytes;
  const auto* const from = reinterpret_cast<const std::uint8_t*>(block);
  auto* const bits = reinterpret_cast<std::uint8_t*>(to);
  for (std::size_t k = 0; k < kMaskedBytes; k += hn::Lanes(bytes)) {
    hn::StoreMaskBits(bytes, is(bytes, hn::LoadU(bytes, from + k)), bits + k / 8);
  }
#endif
}

}  // namespace HWY_NAMESPACE
}  // namespace hogwild
HWY_AFTER_NAMESPACE();
#endif
