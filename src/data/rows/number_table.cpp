#include "data/rows/number_table.hpp"

// This file is compiled once for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/rows/number_table.cpp"
#include <hwy/foreach_target.h>
// After the above.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hogwild {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Of as many hashes as whole vectors hold; the number of them. All search until the last has ended.
std::size_t look_up_vectors(std::span<const NumberTable::Slot> slots, int shift, Index* hashes,
                            std::size_t count) {
  const hn::ScalableTag<std::uint64_t> words;
  const hn::RebindToSigned<decltype(words)> places;
  const hn::Rebind<std::uint32_t, decltype(words)> halves;
  const std::size_t width = hn::Lanes(words);
  const auto low = hn::Set(words, 0xFFFFFFFFu), one = hn::Set(words, 1);
  const auto last = hn::Set(words, slots.size() - 1);
  std::size_t k = 0;
  for (; k + width <= count; k += width) {
    const auto hash = hn::PromoteTo(words, hn::LoadU(halves, hashes + k));
    const auto product = hn::And(hn::Mul(hash, hn::Set(words, NumberTable::kFactor)), low);
    auto place = hn::ShiftRightSame(product, shift);
    auto found = hn::Zero(words);
    auto searches = hn::Eq(found, found);
    do {
      const auto slot = hn::GatherIndex(words, slots.data(), hn::BitCast(places, place));
      found = hn::IfThenElse(searches, slot, found);
      const auto is_its = hn::Eq(hn::And(slot, low), hash);
      searches = hn::AndNot(hn::Or(is_its, hn::Eq(slot, hn::Zero(words))), searches);
      place = hn::And(hn::Add(place, one), last);
    } while (!hn::AllFalse(words, searches));
    // One less than the upper half; of an empty slot that is kNone.
    const auto number = hn::Sub(hn::ShiftRight<32>(found), one);
    hn::StoreU(hn::TruncateTo(halves, number), halves, hashes + k);
  }
  return k;
}

}  // namespace HWY_NAMESPACE
}  // namespace hogwild
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hogwild {

HWY_EXPORT(look_up_vectors);

NumberTable::NumberTable(std::span<const Index> hashes)
    : slots_(std::bit_ceil(std::max<std::size_t>(64, 2 * hashes.size()))),
      shift_(32 - std::countr_zero(slots_.size())) {
  std::ranges::fill(slots_, Slot{0});
  for (std::size_t begin = 0; begin < hashes.size(); begin += kAhead) {
    const std::size_t end = std::min(begin + kAhead, hashes.size());
    for (std::size_t j = begin; j < end; ++j) {
      __builtin_prefetch(&slots_[place_of(hashes[j], shift_)], 1);
    }
    for (std::size_t j = begin; j < end; ++j) {
      std::size_t at = place_of(hashes[j], shift_);
      while (slots_[at] != 0) at = (at + 1) & (slots_.size() - 1);
      slots_[at] = slot_of(hashes[j], j);
    }
  }
}

bool NumberTable::look_up(std::span<Index> hashes) const noexcept {
  bool all = true;
  const auto block = [&](std::size_t begin) {
    return begin < hashes.size() ? hashes.subspan(begin, std::min(kAhead, hashes.size() - begin))
                                 : std::span<Index>();
  };
  const auto prefetch = [&](std::span<const Index> some) {
    for (const Index hash : some) __builtin_prefetch(&slots_[place_of(hash, shift_)]);
  };
  prefetch(block(0));
  for (std::size_t begin = 0; begin < hashes.size(); begin += kAhead) {
    prefetch(block(begin + kAhead));
    const auto some = block(begin);
    const std::size_t done =
        HWY_DYNAMIC_DISPATCH(look_up_vectors)(slots_, shift_, some.data(), some.size());
    for (Index& hash : some.subspan(done)) hash = number(hash);
    for (const Index number : some) all &= number != kNone;
  }
  return all;
}

}  // namespace hogwild
#endif
