#include "data/text/numbers.hpp"

#include <algorithm>
#include <bit>
#include <cstring>

#include "data/text/number.hpp"

// This file is compiled once for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/text/numbers.cpp"
#include <hwy/foreach_target.h>
// After the above.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hogwild {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// The functions convert `count` numbers and some more, up to whole vectors. A bit in `uncommon` is
// set for each number that they can't convert.
#if HWY_TARGET != HWY_SCALAR

// Numbers are of 64 bits, so that eight bytes of text are one. In the text's order of bytes the
// first is the lowest.
using Words = hn::CappedTag<std::uint64_t, kWrittenPast>;
using Word = hn::Vec<Words>;
using Halves = hn::Rebind<std::uint32_t, Words>;

constexpr std::uint64_t every_byte(char byte) {
  return 0x0101010101010101u * static_cast<unsigned char>(byte);
}

HWY_INLINE Word every(std::uint64_t bytes) {
  return hn::Set(Words(), bytes);
}

// 0xFF in the bytes of digits' values that are above 9.
HWY_INLINE Word above_nine(Word values) {
  const hn::Repartition<std::uint8_t, Words> bytes;
  const auto above = hn::Gt(hn::BitCast(bytes, values), hn::Set(bytes, 9));
  return hn::BitCast(Words(), hn::VecFromMask(bytes, above));
}

// Eight digits as a number: pairs of them, then fours, then all.
HWY_INLINE Word number_of(Word digits) {
  const Words d;
  const hn::Repartition<std::uint16_t, Words> d16;
  const hn::Repartition<std::uint32_t, Words> d32;
  const auto bytes = hn::BitCast(d16, digits);
  const auto pairs = hn::Add(hn::Mul(hn::And(bytes, hn::Set(d16, 0xFF)), hn::Set(d16, 10)),
                             hn::ShiftRight<8>(bytes));
  const auto scaled = hn::BitCast(
      d32, hn::Mul(pairs, hn::BitCast(d16, hn::Set(d32, std::uint32_t{1} << 16 | 100))));
  const auto fours = hn::Add(hn::And(scaled, hn::Set(d32, 0xFFFF)), hn::ShiftRight<16>(scaled));
  return hn::Add(hn::MulEven(fours, hn::Set(d32, 10000)),
                 hn::ShiftRight<32>(hn::BitCast(d, fours)));
}

// One bit for each lane.
template <class M>
HWY_INLINE void store_bits(M mask, std::size_t at, std::uint8_t* bits) {
  const Words d;
  std::uint8_t lanes[8] = {};
  hn::StoreMaskBits(d, mask, lanes);
  bits[at / 8] = static_cast<std::uint8_t>(bits[at / 8] | lanes[0] << at % 8);
}

// REQUIRES: exponents are below 8.
HWY_INLINE auto power_of_tenth(Word exponent) {
  const hn::Repartition<double, Words> doubles;
  const hn::RebindToSigned<Words> places;
  alignas(64) static constexpr double kPowers[8] = {1, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6, 1e-7};
  const auto place = hn::BitCast(places, exponent);
  if constexpr (!HWY_HAVE_SCALABLE && hn::MaxLanes(Words()) == 8) {
    return hn::TableLookupLanes(hn::Load(doubles, kPowers), hn::IndicesFromVec(doubles, place));
  } else {
    return hn::GatherIndex(doubles, kPowers, place);
  }
}

// words: the eight bytes before each end, which are changed.
void convert_index_words(std::uint64_t* words, std::size_t count, Index* indices,
                         std::uint8_t* uncommon) {
  const Words d;
  const Halves halves;
  for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
    const auto values = hn::Xor(hn::Load(d, words + k), every(every_byte('0')));
    // The last byte that is no digit, and those before it.
    auto others = above_nine(values);
    others = hn::Or(others, hn::ShiftRight<8>(others));
    others = hn::Or(others, hn::ShiftRight<16>(others));
    others = hn::Or(others, hn::ShiftRight<32>(others));
    hn::Store(hn::AndNot(others, values), d, words + k);
    const auto all_digits = hn::Eq(others, hn::Zero(d));
    if (!hn::AllFalse(d, all_digits)) store_bits(all_digits, k, uncommon);
  }
  for (std::size_t k = 0; k < count; k += hn::Lanes(d)) {
    hn::StoreU(hn::TruncateTo(halves, number_of(hn::Load(d, words + k))), halves, indices + k);
  }
}

// Values of up to eight digits, a point among them or not, a minus before them or not. Each loop
// does a part of the work for all of them: in one long loop the processor waits for one step after
// the other. Measured on text rows: 2.4 ns a value, and 3.6 in one loop.
//
// words: the eight bytes before each end; earlier: those before the last byte; lengths: with the
// colon. Words and lengths are changed. powers has room for as many.
void convert_value_words(std::uint64_t* words, const std::uint64_t* earlier, std::uint64_t* lengths,
                         double* powers, std::size_t count, float* values, std::uint8_t* uncommon) {
  const Words d;
  const hn::Repartition<double, Words> doubles;
  const hn::Rebind<float, Words> floats;
  const hn::Repartition<std::uint8_t, Words> bytes;
  const auto one = every(1), eight = every(8), ones = every(~std::uint64_t{0});
  // A number of bytes as one of bits to shift by, below 64.
  const auto shift_of = [&](Word count_of_bytes) {
    return hn::And(hn::ShiftLeft<3>(count_of_bytes), every(63));
  };
  const std::size_t width = hn::Lanes(d);

  // The point is taken out: the bytes up to it become those of one place before.
  std::uint64_t* const chars = words;
  std::uint64_t* const char_counts = lengths;
  for (std::size_t k = 0; k < count; k += width) {
    const auto length = hn::Sub(hn::Load(d, lengths + k), one);
    const auto last = hn::Load(d, words + k);
    const auto is_point = hn::VecFromMask(
        bytes, hn::Eq(hn::BitCast(bytes, last), hn::Set(bytes, static_cast<std::uint8_t>('.'))));
    const auto point = hn::And(hn::BitCast(d, is_point),
                               hn::Shl(ones, shift_of(hn::Sub(eight, hn::Min(length, eight)))));
    const auto has_point = hn::Ne(point, hn::Zero(d));
    const auto lowest_bit = hn::And(point, hn::Sub(hn::Zero(d), point));
    const auto up_to_point =
        hn::IfThenElseZero(has_point, hn::Sub(hn::ShiftLeft<8>(lowest_bit), one));
    const auto decimals = hn::IfThenElseZero(
        has_point, hn::Sub(eight, hn::SumsOf8(hn::BitCast(
                                      bytes, hn::And(up_to_point, every(every_byte(1)))))));
    hn::Store(hn::Or(hn::And(up_to_point, hn::Load(d, earlier + k)), hn::AndNot(up_to_point, last)),
              d, chars + k);
    // Before the point there is a digit or the minus; else the count is 0, which is none.
    const auto char_count = hn::Sub(length, hn::IfThenElseZero(has_point, one));
    hn::Store(hn::IfThenElseZero(hn::Lt(decimals, char_count), char_count), d, char_counts + k);
    hn::Store(power_of_tenth(decimals), doubles, powers + k);
  }

  // The minus is taken out, and becomes the sign of the power.
  for (std::size_t k = 0; k < count; k += width) {
    const auto char_count = hn::Load(d, char_counts + k);
    const auto word = hn::Load(d, chars + k);
    const auto before = hn::Sub(eight, char_count);
    const auto first = hn::And(hn::Shr(word, shift_of(before)), every(0xFF));
    const auto signs = hn::IfThenElseZero(hn::Eq(first, every('-')), one);
    const auto digits = hn::And(hn::Xor(word, every(every_byte('0'))),
                                hn::Shl(ones, shift_of(hn::Add(before, signs))));
    const auto power = hn::BitCast(d, hn::Load(doubles, powers + k));
    hn::Store(digits, d, chars + k);
    hn::Store(hn::BitCast(doubles, hn::Or(power, hn::ShiftLeft<63>(signs))), doubles, powers + k);
    const auto is_number =
        hn::And(hn::Lt(hn::Sub(hn::Sub(char_count, one), signs), hn::Sub(eight, signs)),
                hn::Eq(above_nine(digits), hn::Zero(d)));
    const auto other = hn::Not(is_number);
    if (!hn::AllFalse(d, other)) store_bits(other, k, uncommon);
  }

  for (std::size_t k = 0; k < count; k += width) {
    const auto magic = every(0x4330000000000000);  // 2^52, whose unit in the last place is 1
    const auto number =
        hn::Sub(hn::BitCast(doubles, hn::Or(number_of(hn::Load(d, chars + k)), magic)),
                hn::BitCast(doubles, magic));
    const auto product = hn::Mul(number, hn::Load(doubles, powers + k));
    hn::StoreU(hn::DemoteTo(floats, product), floats, values + k);
    // The product is off by at most 2 units in the last place. It is rounded to the nearest float,
    // unless it is that near to the middle of two floats.
    constexpr std::uint64_t kBelowAFloat = 0x1FFFFFFF, kMiddle = 0x10000000, kNear = 4;
    const auto off =
        hn::And(hn::Sub(hn::BitCast(d, product), every(kMiddle - kNear)), every(kBelowAFloat));
    const auto is_near = hn::Lt(off, every(2 * kNear + 1));
    if (!hn::AllFalse(d, is_near)) store_bits(is_near, k, uncommon);
  }
}

#else

void mark_all(std::size_t count, std::uint8_t* uncommon) {
  std::memset(uncommon, 0xFF, (count + 7) / 8);
}

void convert_index_words(std::uint64_t*, std::size_t count, Index*, std::uint8_t* uncommon) {
  mark_all(count, uncommon);
}

void convert_value_words(std::uint64_t*, const std::uint64_t*, std::uint64_t*, double*,
                         std::size_t count, float*, std::uint8_t* uncommon) {
  mark_all(count, uncommon);
}

#endif

}  // namespace HWY_NAMESPACE
}  // namespace hogwild
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hogwild {
namespace {

HWY_EXPORT(convert_index_words);
HWY_EXPORT(convert_value_words);

constexpr std::size_t kAtATime = 256;
constexpr std::uint64_t kOne = std::uint64_t{'1'} << 56;  // the word of a value that is left out

// What is known of some numbers, and zeros behind.
template <class T>
struct alignas(64) Known {
  T of[kAtATime + kWrittenPast];

  void end_at(std::size_t count) { std::fill_n(of + count, kWrittenPast, T{0}); }
};

// Words are copied together here. A gather instruction is slower: as GCC uses it, it has a false
// dependency on its destination register.
std::uint64_t word_before(const char* end) {
  std::uint64_t word = 0;
  std::memcpy(&word, end - 8, 8);
  return word;
}

struct Marked {
  alignas(8) std::uint8_t bits[kAtATime / 8 + 1] = {};

  // convert(k) of all k below count that are marked. Returns the first for which that is false, or
  // the count.
  template <class Convert>
  std::size_t convert(std::size_t count, const Convert& convert) const {
    for (std::size_t byte = 0; 8 * byte < count; ++byte) {
      for (unsigned left = bits[byte]; left != 0; left &= left - 1) {
        const std::size_t k = 8 * byte + static_cast<std::size_t>(std::countr_zero(left));
        if (k < count && !convert(k)) return k;
      }
    }
    return count;
  }
};

bool is_digit(char c) {
  return static_cast<unsigned char>(c - '0') < 10;
}

}  // namespace

std::uint64_t integer_before(const char* end) noexcept {
  const char* begin = end - 1;
  while (is_digit(begin[-1])) --begin;
  std::uint32_t few = 0;
  if (parse_short_integer(begin, end, few)) return few;
  std::uint64_t number = 0;
  parse_integer(begin, end, number);
  return number;
}

std::size_t convert_indices(const char* text, const std::uint32_t* ends, std::size_t count,
                            Index* indices) noexcept {
  for (std::size_t at = 0; at < count; at += kAtATime) {
    const std::size_t some = std::min(kAtATime, count - at);
    Known<std::uint64_t> words;
    for (std::size_t k = 0; k < some; ++k) words.of[k] = word_before(text + ends[at + k]);
    words.end_at(some);
    Marked marked;
    HWY_DYNAMIC_DISPATCH(convert_index_words)(words.of, some, indices + at, marked.bits);
    const std::size_t sound = marked.convert(some, [&](std::size_t k) {
      const std::uint64_t index = integer_before(text + ends[at + k]);
      indices[at + k] = static_cast<Index>(index);
      return index <= kMaxIndex;
    });
    if (sound < some) return at + sound;
  }
  return count;
}

std::size_t convert_values(const char* text, const std::uint32_t* colons, const std::uint32_t* ends,
                           std::size_t count, float* values) noexcept {
  for (std::size_t at = 0; at < count; at += kAtATime) {
    const std::size_t some = std::min(kAtATime, count - at);
    Known<std::uint64_t> words, earlier, lengths;
    Known<double> powers;
    for (std::size_t k = 0; k < some; ++k) {
      const char* const end = text + ends[at + k];
      const std::uint32_t length = ends[at + k] - colons[at + k];
      words.of[k] = length == 0 ? kOne : word_before(end);
      earlier.of[k] = word_before(end - 1);
      lengths.of[k] = length == 0 ? 2 : length;
    }
    words.end_at(some), earlier.end_at(some), lengths.end_at(some);
    Marked marked;
    HWY_DYNAMIC_DISPATCH(convert_value_words)
    (words.of, earlier.of, lengths.of, powers.of, some, values + at, marked.bits);
    const std::size_t sound = marked.convert(some, [&](std::size_t k) {
      values[at + k] = 1;
      if (colons[at + k] == ends[at + k]) return true;
      return parse_number(text + colons[at + k] + 1, text + ends[at + k], values[at + k]);
    });
    if (sound < some) return at + sound;
  }
  return count;
}

}  // namespace hogwild
#endif
