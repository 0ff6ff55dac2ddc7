#include "data/rows/hot_table.hpp"

// This file is compiled once for every instruction set.
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "data/rows/hot_table.cpp"
#include <hwy/foreach_target.h>
// After the above.
#include <hwy/highway.h>

HWY_BEFORE_NAMESPACE();
namespace hogwild {
namespace HWY_NAMESPACE {

namespace hn = hwy::HWY_NAMESPACE;

// Of as many features as whole vectors hold; the number of them.
std::size_t renumber_vectors(const HotTable::Slot* slots, Index hot, Index* features,
                             std::size_t count) {
  using Table = HotTable;
  const hn::ScalableTag<std::uint32_t> words;
  const hn::RebindToSigned<decltype(words)> places;
  const std::size_t width = hn::Lanes(words);
  std::size_t k = 0;
  for (; k + width <= count; k += width) {
    const auto feature = hn::LoadU(words, features + k);
    const auto hash = hn::Mul(feature, hn::Set(words, Table::kFactor));
    const auto place = hn::BitCast(places, hn::ShiftRight<Table::kTagBits>(hash));
    const auto slot = hn::GatherIndex(words, slots, place);
    const auto tag =
        hn::Or(hn::And(hash, hn::Set(words, Table::kTaken - 1)), hn::Set(words, Table::kTaken));
    const auto is_hot = hn::Eq(hn::ShiftRight<Table::kNumberBits>(slot), tag);
    const auto number = hn::And(slot, hn::Set(words, Table::kNumberMask));
    const auto other = hn::Add(feature, hn::Set(words, hot));
    hn::StoreU(hn::IfThenElse(is_hot, number, other), words, features + k);
  }
  return k;
}

}  // namespace HWY_NAMESPACE
}  // namespace hogwild
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace hogwild {

HWY_EXPORT(renumber_vectors);

bool HotTable::add(Index feature) {
  Slot& slot = slots_[place_of(feature)];
  if (slot != 0 || size_ == kMost) return false;
  slot = tag_of(feature) << kNumberBits | size_++;
  return true;
}

void HotTable::renumber(std::span<Index> features) const noexcept {
  const std::size_t done = HWY_DYNAMIC_DISPATCH(renumber_vectors)(slots_.data(), size_,
                                                                  features.data(), features.size());
  for (Index& j : features.subspan(done)) j = number(j);
}

}  // namespace hogwild
#endif
