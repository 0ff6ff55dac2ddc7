#include "data/text/scan.hpp"

#include <cstdlib>
#include <cstring>
#include <string_view>

// This file is compiled once for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/text/scan.cpp"
#include <hwy/foreach_target.h>
// After the above.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hogwild {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

void mark_blocks(Delimiters which, const char* text, std::size_t blocks, std::uint64_t* marks) {
#if HWY_TARGET == HWY_SCALAR
  const bool vw = which != Delimiters::libsvm, names = which == Delimiters::vw_names;
  for (std::size_t block = 0; block < blocks; ++block) {
    marks[block] = 0;
    for (std::size_t k = 0; k < 64; ++k) {
      const auto c = static_cast<unsigned char>(text[64 * block + k]);
      const bool marked =
          c == ':' || (names && c == '^') ||
          (vw ? c == '|' || c <= ' ' : c == ' ' || c == static_cast<unsigned char>('\n'));
      marks[block] |= std::uint64_t{marked} << k;
    }
  }
#else
  const hn::CappedTag<std::uint8_t, 64> bytes;
  const std::size_t width = hn::Lanes(bytes);
  const auto blank = hn::Set(bytes, ' ');
  const auto colon = hn::Set(bytes, ':');
  const auto line_end = hn::Set(bytes, '\n');
  const auto bar = hn::Set(bytes, '|');
  const auto mark_all = [&](const auto& is_delimiter) {
    for (std::size_t block = 0; block < blocks; ++block) {
      const auto* const from = reinterpret_cast<const std::uint8_t*>(text + 64 * block);
      auto* const to = reinterpret_cast<std::uint8_t*>(marks + block);
      for (std::size_t k = 0; k < 64; k += width) {
        hn::StoreMaskBits(bytes, is_delimiter(hn::LoadU(bytes, from + k)), to + k / 8);
      }
    }
  };
  if (which == Delimiters::libsvm) {
    mark_all([&](auto v) {
      return hn::Or(hn::Or(hn::Eq(v, blank), hn::Eq(v, colon)), hn::Eq(v, line_end));
    });
  } else if (which == Delimiters::vw_names) {
    const auto caret = hn::Set(bytes, '^');
    mark_all([&](auto v) {
      const auto named = hn::Or(hn::Eq(v, bar), hn::Eq(v, caret));
      return hn::Or(hn::Or(named, hn::Eq(v, colon)), hn::Eq(hn::Min(v, blank), v));
    });
  } else {
    // The smaller of a byte and ' ' is the byte where that is no larger.
    mark_all([&](auto v) {
      return hn::Or(hn::Or(hn::Eq(v, bar), hn::Eq(v, colon)), hn::Eq(hn::Min(v, blank), v));
    });
  }
#endif
}

const char* instruction_set() {
  return hwy::TargetName(HWY_TARGET);
}

}  // namespace HWY_NAMESPACE
}  // namespace hogwild
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hogwild {
namespace {

HWY_EXPORT(mark_blocks);
HWY_EXPORT(instruction_set);

bool limit_instruction_sets() {
  const char* const wanted = std::getenv("HOGWILD_SIMD");
  if (wanted == nullptr) return false;
  for (std::int64_t left = hwy::SupportedTargets(); left != 0; left &= left - 1) {
    const std::int64_t target = left & -left;
    if (std::string_view(hwy::TargetName(target)) != wanted) continue;
    hwy::DisableTargets(~target);
    hwy::GetChosenTarget().Update(hwy::SupportedTargets());
    return true;
  }
  return false;
}

void heed_environment() {
  [[maybe_unused]] static const bool limited = limit_instruction_sets();
}

}  // namespace

void mark_delimiters(Delimiters which, std::string_view text, std::uint64_t* marks) {
  heed_environment();
  const std::size_t whole = text.size() / 64;
  HWY_DYNAMIC_DISPATCH(mark_blocks)(which, text.data(), whole, marks);
  if (const std::size_t rest = text.size() % 64; rest != 0) {
    char last[64];
    std::memset(last, 'a', sizeof last);  // no delimiter
    std::memcpy(last, text.data() + 64 * whole, rest);
    HWY_DYNAMIC_DISPATCH(mark_blocks)(which, last, 1, marks + whole);
  }
}

const char* scan_instruction_set() {
  heed_environment();
  return HWY_DYNAMIC_DISPATCH(instruction_set)();
}

}  // namespace hogwild
#endif
