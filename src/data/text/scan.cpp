#include "data/text/scan.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <string_view>

// This file is compiled once for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/text/scan.cpp"
#include <hwy/foreach_target.h>
// After the above.
#include <hwy/cache_control.h>
#include <hwy/highway.h>

#include "data/text/marks.hpp"

HWY_BEFORE_NAMESPACE();
namespace hogwild {
namespace HWY_NAMESPACE {

constexpr std::size_t kBlock = ScanState::kBlock, kBlocks = ScanState::kWindow / kBlock;
static_assert(kBlock == kMaskedBytes);

// Bytes of each kind, a block after the other.
struct Marks {
  std::array<Mask, kBlocks> blanks, line_ends, colons, ones;
  std::array<Mask, kBlocks> digits;        // of Grammar::features
  std::array<Mask, kBlocks> bars, others;  // of names: others are in no plain line
};

template <char kByte>
struct Is {
  template <class D, class V>
  HWY_INLINE auto operator()(D bytes, V v) const {
    return hn::Eq(v, hn::Set(bytes, static_cast<std::uint8_t>(kByte)));
  }
};
// That is no larger than kMost, of the distances from kFrom upwards.
template <char kFrom, std::uint8_t kMost>
struct IsFrom {
  template <class D, class V>
  HWY_INLINE auto operator()(D bytes, V v) const {
    const auto distance = hn::Sub(v, hn::Set(bytes, static_cast<std::uint8_t>(kFrom)));
    return hn::Eq(hn::Min(distance, hn::Set(bytes, kMost)), distance);
  }
};

template <Grammar kGrammar>
HWY_INLINE void mark_block(const char* block, std::size_t b, Marks& marks) {
  mark(block, Is<' '>(), &marks.blanks[b]);
  mark(block, Is<'\n'>(), &marks.line_ends[b]);
  mark(block, Is<':'>(), &marks.colons[b]);
  mark(block, Is<'1'>(), &marks.ones[b]);
  if constexpr (kGrammar == Grammar::features) {
    mark(block, IsFrom<'0', 9>(), &marks.digits[b]);
  } else {
    mark(block, Is<'|'>(), &marks.bars[b]);
    Mask low = 0;
    mark(block, IsFrom<'\0', ' ' - 1>(), &low);
    marks.others[b] = low & ~marks.line_ends[b];
    if constexpr (kGrammar == Grammar::whole_names) {
      Mask carets = 0;
      mark(block, Is<'^'>(), &carets);
      marks.others[b] |= carets;
    }
  }
}

// The number of blocks.
template <Grammar kGrammar>
std::size_t mark_window(const char* text, std::size_t size, Marks& marks) {
  const std::size_t whole = size / kBlock;
  for (std::size_t b = 0; b < whole; ++b) {
    const char* const block = text + kBlock * b;
    hwy::Prefetch(block + ScanState::kWindow);
    mark_block<kGrammar>(block, b, marks);
  }
  if (size % kBlock == 0) return whole;
  char last[kBlock];
  std::memset(last, 'a', sizeof last);
  std::memcpy(last, text + kBlock * whole, size % kBlock);
  mark_block<kGrammar>(last, whole, marks);
  return whole + 1;
}

HWY_INLINE std::uint32_t place_of_lowest(Mask mask) {
  return static_cast<std::uint32_t>(std::countr_zero(mask));
}

HWY_INLINE std::size_t count(Mask mask) {
  return static_cast<std::size_t>(std::popcount(mask));
}

// The bits below the lowest one; all bits if there is none.
HWY_INLINE Mask below_lowest(Mask mask) {
  return (mask & (0 - mask)) - 1;
}

// One bit past the end of each run of ones that begins at `starts` or continues from the block
// before.
HWY_INLINE Mask ends_of_runs(Mask ones, Mask starts, bool& goes_on) {
  Mask sum = 0;
  const bool first = __builtin_add_overflow(ones, starts, &sum);
  const bool second = __builtin_add_overflow(sum, Mask{goes_on}, &sum);
  goes_on = first || second;
  return sum & ~ones;
}

// Appends the places of all bits. May write seven places too many, so that no branch depends on the
// count.
HWY_INLINE void append_places(Mask mask, std::uint32_t base, std::uint32_t* to, std::size_t& size) {
  constexpr std::size_t kAtOnce = 8;
  std::uint32_t* const begin = to + size;
  const std::size_t added = count(mask);
  for (std::size_t i = 0;;) {
    for (const std::size_t end = i + kAtOnce; i < end; ++i, mask &= mask - 1) {
      begin[i] = base + place_of_lowest(mask);
    }
    if (i >= added) break;
  }
  size += added;
}

// Records the lines that end in the block, and returns the bits where labels end. features: one bit
// for each feature; plain: the bits before the first that is not plain.
HWY_INLINE Mask end_lines(Mask ends, Mask token_ends, Mask features, Mask plain, std::uint32_t base,
                          std::size_t features_before, ScanState& scan) {
  Mask label_ends = 0, search = ~Mask{0}, left = ends & plain;
  for (;;) {
    if (scan.in_label) {
      const Mask end = token_ends & search & (0 - (token_ends & search));
      if (end == 0) return label_ends;
      label_ends |= end;
      scan.line.label_end = base + place_of_lowest(end);
      scan.in_label = false;
    }
    if (left == 0) return label_ends;
    const Mask end = left & (0 - left);
    left ^= end;
    scan.line.end = base + place_of_lowest(end);
    scan.line.features = static_cast<std::uint32_t>(features_before + count(features & (end - 1)));
    scan.lines[scan.line_count++] = scan.line;
    scan.line.begin = scan.line.end + 1;
    scan.in_label = true;
    search = ~(end | (end - 1));
  }
}

// Whether all values of the window that are written are "1", also one that goes on from the window
// before.
HWY_INLINE bool are_ones(const Marks& marks, std::size_t blocks, const ScanState& scan) {
  if (scan.name_count > 0) {  // its value goes on
    const std::size_t begin = scan.name_ends[0] + std::size_t{1};
    if (begin < scan.at && (begin + 1 < scan.at || scan.text[begin] != '1')) return false;
  }
  Mask before = scan.colons;
  for (std::size_t b = 0; b < blocks; ++b) {
    const Mask colons = marks.colons[b];
    const Mask other = ((colons << 1 | before >> 63) & ~marks.ones[b]) |
                       ((colons << 2 | before >> 62) & ~(marks.blanks[b] | marks.line_ends[b]));
    if (other != 0) return false;
    before = colons;
  }
  return true;
}

template <bool kOnes>
void scan_features(const Marks& marks, std::size_t blocks, ScanState& scan) {
  std::size_t indices = scan.name_count, values = scan.value_count;
  bool after_blank = scan.after_blank, after_end = scan.after_end, in_index = scan.in_name;
  auto base = static_cast<std::uint32_t>(scan.at);
  const std::size_t window_end = scan.at + kBlock * blocks;
  for (std::size_t b = 0; b < blocks; ++b, base += kBlock) {
    const Mask digits = marks.digits[b], colons = marks.colons[b];
    const Mask blanks = marks.blanks[b], ends = marks.line_ends[b];
    const Mask behind_blanks = blanks << 1 | Mask{after_blank};
    const Mask behind_ends = ends << 1 | Mask{after_end};
    after_blank = blanks >> 63 != 0;
    after_end = ends >> 63 != 0;
    const Mask index_ends = ends_of_runs(digits, behind_blanks & digits, in_index);
    const Mask not_plain =
        (behind_blanks & ~(digits | blanks | ends)) | (colons ^ index_ends) | (behind_ends & ends);
    const Mask plain = below_lowest(not_plain);
    Mask label_ends = 0;
    if (ends != 0 || scan.in_label) {
      label_ends = end_lines(ends, blanks | ends | colons, colons, plain, base, indices, scan);
    }
    append_places(colons & plain, base, scan.name_ends.data(), indices);
    if constexpr (!kOnes) {
      append_places((blanks | ends) & ~behind_blanks & ~label_ends & plain, base,
                    scan.value_ends.data(), values);
    }
    if (not_plain != 0) {
      scan.stopped = true;
      break;
    }
  }
  if (kOnes && indices > 0) {
    values = scan.name_ends[indices - 1] + std::size_t{2} < window_end ? indices : indices - 1;
  }
  scan.name_count = indices;
  scan.value_count = values;
  scan.after_blank = after_blank;
  scan.after_end = after_end;
  scan.in_name = in_index;
}

void scan_names(const Marks& marks, std::size_t blocks, ScanState& scan) {
  bool after_blank = scan.after_blank, after_end = scan.after_end;
  bool in_name = scan.in_name, in_value = scan.in_value;
  Mask colons_before = scan.colons;
  auto base = static_cast<std::uint32_t>(scan.at);
  for (std::size_t b = 0; b < blocks; ++b, base += kBlock) {
    const Mask colons = marks.colons[b], bars = marks.bars[b];
    const Mask blanks = marks.blanks[b], ends = marks.line_ends[b];
    const Mask token_ends = blanks | ends | colons | bars, token = ~token_ends;
    const Mask behind_blanks = blanks << 1 | Mask{after_blank};
    const Mask behind_colons = colons << 1 | colons_before >> 63;
    const Mask behind_ends = ends << 1 | Mask{after_end};
    after_blank = blanks >> 63 != 0;
    after_end = ends >> 63 != 0;
    colons_before = colons;
    const Mask begins = behind_blanks & token;
    const Mask name_ends = ends_of_runs(token, begins, in_name) & token_ends;
    const Mask ends_of_values = ends_of_runs(token, behind_colons & token, in_value) & token_ends;
    const Mask not_plain = marks.others[b] | (bars & ~behind_blanks) | (colons & ~name_ends) |
                           (behind_colons & token_ends) | (behind_ends & ends);
    const Mask plain = below_lowest(not_plain);
    if (ends != 0 || scan.in_label) {
      end_lines(ends, token_ends, begins, plain, base, scan.begin_count, scan);
    }
    for (Mask left = bars & plain; left != 0; left &= left - 1) {
      const Mask before = below_lowest(left);
      scan.namespaces[scan.namespace_count++] = {
          base + place_of_lowest(left) + 1,
          static_cast<std::uint32_t>(scan.begin_count + count(begins & before))};
    }
    append_places(begins & plain, base, scan.name_begins.data(), scan.begin_count);
    append_places(name_ends & plain, base, scan.name_ends.data(), scan.name_count);
    append_places(((name_ends & ~colons) | ends_of_values) & plain, base, scan.value_ends.data(),
                  scan.value_count);
    if (not_plain != 0) {
      scan.stopped = true;
      break;
    }
  }
  scan.after_blank = after_blank;
  scan.after_end = after_end;
  scan.in_name = in_name;
  scan.in_value = in_value;
}

void scan_window(ScanState& scan, std::size_t size) {
  Marks marks;
  const char* const text = scan.text + scan.at;
  const std::size_t blocks =
      scan.grammar == Grammar::features ? mark_window<Grammar::features>(text, size, marks)
      : scan.grammar == Grammar::names  ? mark_window<Grammar::names>(text, size, marks)
                                        : mark_window<Grammar::whole_names>(text, size, marks);
  scan.ones = are_ones(marks, blocks, scan);
  if (scan.grammar != Grammar::features) {
    scan_names(marks, blocks, scan);
  } else if (scan.ones) {
    scan_features<true>(marks, blocks, scan);
  } else {
    scan_features<false>(marks, blocks, scan);
  }
  scan.colons = marks.colons[blocks - 1];
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

HWY_EXPORT(scan_window);
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

// What the window before has of a feature that goes on becomes the first.
void keep_open_feature(ScanState& scan) {
  const std::size_t done = scan.value_count;
  scan.name_begins[0] = scan.name_begins[done];
  scan.name_ends[0] = scan.name_ends[done];
  scan.begin_count -= std::min(done, scan.begin_count);
  scan.name_count -= done;
  scan.value_count = 0;
  scan.line_count = 0;
  scan.namespace_count = 0;
}

}  // namespace

TokenScan::TokenScan(Grammar which, std::string_view whole, std::size_t from,
                     std::size_t to) noexcept {
  heed_environment();
  grammar = which;
  text = whole.data();
  at = from;
  end = to;
  line.begin = static_cast<std::uint32_t>(from);
}

bool TokenScan::next() noexcept {
  if (ScanState::stopped || at >= end) return false;
  keep_open_feature(*this);
  const std::size_t size = std::min(window, end - at);
  window = std::min(2 * window, kWindow);
  HWY_DYNAMIC_DISPATCH(scan_window)(*this, size);
  at += size;
  return true;
}

const char* scan_instruction_set() {
  heed_environment();
  return HWY_DYNAMIC_DISPATCH(instruction_set)();
}

}  // namespace hogwild
#endif
